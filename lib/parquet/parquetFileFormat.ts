import { gzipSync } from 'node:zlib';
import { StreamingError } from '../errors.js';
import type { DataType, StructField, StructType } from '../schema/types.js';
import type { FileFormat, FileShape } from '../sinks/file/format.js';
import { recordOf } from '../sinks/file/jsonFormat.js';
import { cellText } from '../terminal/cellText.js';
import { loadWriter } from './packages.js';
import { schemaElements } from './schemaElements.js';
import { fieldOf, NotStorable, requireFields, storedValue } from './storedValue.js';

/** How Parquet files are written. */
export interface ParquetFormatSettings {
  /** undefined: the type of the query's rows. */
  readonly schema: StructType | undefined;
  readonly compression: 'snappy' | 'gzip' | 'none';
  readonly rowGroupRows: number;
}

/** Rows as whole Parquet files; NOT NULL columns are REQUIRED, times are in microseconds, UTC. */
export function parquetFormat(settings: ParquetFormatSettings): FileFormat {
  return {
    name: 'parquet',
    extension: 'parquet',
    schema: settings.schema,
    check: (shape) => void schemaFor(settings, shape),
    encode: async (rows, shape) => {
      const { ByteWriter, parquetWrite } = await loadWriter();
      const schema = schemaFor(settings, shape);
      const writer = new ByteWriter();
      const columns = columnsOf(rows, schema, shape.partitionBy);
      await parquetWrite({
        writer,
        schema: schemaElements(schema),
        columnData: schema.fields.map((field, i) => columnData(field, columns[i] ?? [])),
        codec: codecs[settings.compression],
        compressors: { GZIP: (input) => gzipSync(input) },
        rowGroupSize: settings.rowGroupRows,
        createdBy: 'millrace',
      });
      return writer.getBytes();
    },
  };
}

/**
 * Smallest and largest of a column leave NaN out. Spark, for which NaN is the largest number, would pass
 * over row groups whose statistics say so; without them it reads each.
 */
function columnData({ name, dataType }: StructField, data: unknown[]) {
  const hasNaN = mayHoldNaN(dataType) && data.some(holdsNaN);
  return hasNaN ? { name, data, statistics: false } : { name, data };
}

function mayHoldNaN(type: DataType): boolean {
  switch (type.type) {
    case 'float':
    case 'double':
      return true;
    case 'array':
      return mayHoldNaN(type.element);
    case 'map':
      return mayHoldNaN(type.key) || mayHoldNaN(type.value);
    case 'struct':
      return type.fields.some((field) => mayHoldNaN(field.dataType));
    default:
      return false;
  }
}

function holdsNaN(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  return Object.values(value).some(holdsNaN);
}

const codecs = { snappy: 'SNAPPY', gzip: 'GZIP', none: 'UNCOMPRESSED' } as const;

function schemaFor(settings: ParquetFormatSettings, shape: FileShape): StructType {
  const schema = settings.schema ?? shape.schema;
  if (schema === undefined) {
    throw refused(
      'the types of their columns are not known',
      "give them: parquetFileSink(path, { schema: 'time TIMESTAMP, n BIGINT' })",
    );
  }
  const fields = schema.fields.filter((field) => !shape.partitionBy.has(field.name));
  if (fields.length > 0) return { type: 'struct', fields };
  throw refused('no column is left beside partitionBy', 'leave a column out of partitionBy');
}

function refused(problem: string, fix: string): StreamingError {
  return new StreamingError('SINK_SCHEMA', { format: 'parquet', problem, fix });
}

/** One array per field. Errors: `SINK_ROW`. */
function columnsOf(
  rows: readonly unknown[],
  schema: StructType,
  partitionBy: ReadonlySet<string>,
): readonly unknown[][] {
  const known = new Set([...partitionBy, ...schema.fields.map((field) => field.name)]);
  const columns: unknown[][] = schema.fields.map(() => []);
  for (const row of rows) {
    const record = recordOf(row, 'parquet');
    try {
      requireFields(record, known, '');
      for (const [i, field] of schema.fields.entries()) {
        columns[i]?.push(storedValue(fieldOf(record, field.name), field, field.name));
      }
    } catch (cause) {
      if (!(cause instanceof NotStorable)) throw cause;
      const { value, message: reason } = cause;
      const params = { format: 'parquet', value: cellText(value), reason };
      throw new StreamingError('SINK_ROW', params, { cause });
    }
  }
  return columns;
}
