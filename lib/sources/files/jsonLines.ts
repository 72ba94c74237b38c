import { BAD } from '../../schema/bad.js';
import { rowConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import { jsonParser } from '../../schema/exactJson.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import type { BadRecords } from './badRecords.js';
import { type StructPlan, structPlan } from './jsonPlan.js';
import { JsonReader } from './jsonReader.js';
import { maxJsonDepth, skipBlanks, skipValue } from './jsonSkip.js';
import { chunkRows, type LineDecoder } from './lineFormat.js';

/** How the lines of a schema are read, compiled once for all files. */
export interface JsonRules {
  readonly plan: StructPlan;
  /** As `JSON.parse`, but long digits stay where a column needs them. */
  readonly parse: (text: string) => unknown;
  readonly converter: ReturnType<typeof rowConverter>;
}

export function jsonRules(schema: StructType, options: ConvertOptions): JsonRules {
  return {
    plan: structPlan(schema, options),
    parse: jsonParser(schema, options),
    converter: rowConverter(schema, options),
  };
}

/**
 * JSON lines to rows: `JsonReader` reads what is usual, the rest goes through `JSON.parse` and the
 * schema's converter, which also say what is wrong. Both MUST agree on every line.
 */
export class JsonLineDecoder implements LineDecoder<AnyRow> {
  private readonly reader = new JsonReader();
  private readonly plan: StructPlan;
  private block: Buffer | undefined;
  private next = 0;

  constructor(
    private readonly rules: JsonRules,
    /** Values that every row of the file has: of columns that are not in `rules`, and nulls for those that are. */
    private readonly blank: AnyRow | undefined,
    public line: number,
    private readonly bad: BadRecords<AnyRow>,
  ) {
    this.plan = blank === undefined ? rules.plan : { ...rules.plan, blank };
  }

  decode(bytes: Buffer, start: number, end: number, rows: AnyRow[]): number {
    const { reader, plan } = this;
    if (bytes !== this.block || start !== this.next) reader.block(bytes, start, end);
    this.block = bytes;
    let at = start;
    while (at < end && rows.length < chunkRows) {
      const feed = reader.line(at);
      reader.at = at;
      const row = reader.row(plan);
      if (row !== BAD) rows.push(row);
      else this.careful(bytes, at, feed, rows);
      this.line++;
      at = feed + 1;
    }
    this.next = at;
    return at;
  }

  tooLong(shown: string, rows: AnyRow[]): void {
    const salvage = () => this.salvage(undefined, shown);
    this.keep(this.bad.handle(this.line++, shown, 'the line is too long', salvage), rows);
  }

  private careful(bytes: Buffer, start: number, feed: number, rows: AnyRow[]): void {
    const first = skipBlanks(bytes, start);
    if (first === feed) return; // an empty line is no record
    const raw = bytes.toString('utf8', start, feed);
    let record: unknown;
    let reason: string | undefined;
    try {
      record = this.rules.parse(raw);
    } catch (error) {
      reason = `it is no JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (reason === undefined && skipValue(bytes, first) < 0) {
      reason = `it is nested deeper than ${maxJsonDepth}`;
      record = undefined;
    }
    const row = reason === undefined ? this.rules.converter.row(record) : BAD;
    if (row !== BAD) return this.keep(row, rows);
    reason ??= this.rules.converter.problem(record);
    this.keep(
      this.bad.handle(this.line, raw, reason, () => this.salvage(record, raw)),
      rows,
    );
  }

  private salvage(record: unknown, raw: string): AnyRow | undefined {
    return this.rules.converter.salvage(record, raw);
  }

  private keep(row: AnyRow | undefined, rows: AnyRow[]): void {
    if (row === undefined) return;
    rows.push(this.blank === undefined ? row : { ...this.blank, ...row });
  }
}
