import type { FileMetaData } from 'hyparquet';
import { isForm, type JsonForm } from '../checkpoint/jsonForm.js';
import type { Json } from '../sources/source.js';
import { damaged } from './damage.js';
import type { ParquetNode } from './parquetNode.js';

/** By column: the interval that Spark has written as a plain number, as only its own metadata says. */
export type Intervals = ReadonlyMap<string, string>;

/**
 * Refuses a column that would get another type than it has, since rows have none for it. Only where the
 * file says the types: a schema that is given may take the number, or leave the column out.
 */
export function requireType(column: ParquetNode, intervals: Intervals): void {
  const interval = intervals.get(column.name);
  if (interval !== undefined) {
    const unit =
      interval.includes('month') || interval.includes('year') ? 'INT, in months' : micros;
    refuse(column, interval.toUpperCase(), asNumber(unit));
  }
  requireTypeOf(column);
}

function requireTypeOf(node: ParquetNode): void {
  const { logical, converted } = node;
  if (logical?.type === 'VARIANT') {
    refuse(node, 'VARIANT', 'leave it out in a schema, or write it as text, with to_json');
  }
  if (converted === 'INTERVAL') {
    refuse(node, 'INTERVAL', 'leave it out in a schema, or give one in which it is BINARY');
  }
  if (logical?.type === 'TIME' || converted?.startsWith('TIME_')) {
    const unit = logical?.type === 'TIME' ? logical.unit : converted?.slice('TIME_'.length);
    if (unit === 'MILLIS') refuse(node, 'TIME', asNumber('INT, in milliseconds'));
    refuse(node, 'TIME', asNumber(unit === 'NANOS' ? 'BIGINT, in nanoseconds' : micros));
  }
  for (const child of node.children) requireTypeOf(child);
}

const micros = 'BIGINT, in microseconds';

function asNumber(type: string): string {
  return `leave it out in a schema, or give one in which it is ${type}`;
}

function refuse(node: ParquetNode, type: string, fix: string): never {
  return damaged(`column ${node.path.join('.')} is ${type}, for which rows have no type: ${fix}`);
}

/** Spark stores these as INT32 and INT64 without an annotation. */
export function intervalsOf({ key_value_metadata: pairs = [] }: FileMetaData): Intervals {
  const schema = pairs.find(({ key }) => key === 'org.apache.spark.sql.parquet.row.metadata');
  const intervals = new Map<string, string>();
  for (const { name, type } of fieldsIn(parsed(schema?.value))) {
    const interval = intervalIn(type);
    if (typeof name === 'string' && interval !== undefined) intervals.set(name, interval);
  }
  return intervals;
}

function parsed(json: string | undefined): Json | undefined {
  try {
    return JSON.parse(json ?? 'null') as Json;
  } catch {
    return undefined;
  }
}

function fieldsIn(type: Json | undefined): readonly JsonForm[] {
  const fields = isForm(type) ? type.fields : undefined;
  return Array.isArray(fields) ? fields.filter(isForm) : [];
}

function intervalIn(type: Json | undefined): string | undefined {
  if (typeof type === 'string') return type.startsWith('interval') ? type : undefined;
  if (!isForm(type)) return undefined;
  const inner = [type.elementType, type.keyType, type.valueType];
  inner.push(...fieldsIn(type).map((field) => field.type));
  return inner.map(intervalIn).find((found) => found !== undefined);
}
