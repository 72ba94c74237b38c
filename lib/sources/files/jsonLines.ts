import { BAD } from '../../schema/bad.js';
import { rowConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import { jsonParser } from '../../schema/exactJson.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import type { BadRecords } from './badRecords.js';
import { JsonBytes } from './jsonBytes.js';
import { jsonObjectReader } from './jsonPlan.js';
import { maxJsonDepth, skipBlanks, skipValue } from './jsonSkip.js';
import type { JsonStructReader } from './jsonStruct.js';
import { chunkRows, type LineDecoder, lineEnd } from './lineFormat.js';

const lineFeed = 10;

/** How the lines of a schema are read, compiled once for all files. */
export interface JsonRules {
  /** undefined: every line goes through `parse` and `converter`. */
  readonly read: JsonStructReader | undefined;
  /** As `JSON.parse`, but long digits stay where a column needs them. */
  readonly parse: (text: string) => unknown;
  readonly converter: ReturnType<typeof rowConverter>;
}

/** `columns`: of the rows, in their order, more than `schema` has where some come from the path. */
export function jsonRules(
  schema: StructType,
  options: ConvertOptions,
  columns?: readonly string[],
): JsonRules {
  return {
    read: jsonObjectReader(schema, options, columns),
    parse: jsonParser(schema, options),
    converter: rowConverter(schema, options),
  };
}

/**
 * JSON lines to rows: straight from the bytes where a line is as usual; other lines go through
 * `JSON.parse` and the schema's converter, which also say what is wrong. Both MUST agree on every line.
 */
export class JsonLineDecoder implements LineDecoder<AnyRow> {
  private readonly block = new JsonBytes();
  private bytes: Buffer | undefined;
  private next = 0;

  constructor(
    private readonly rules: JsonRules,
    /** Every column, with the values of those that are not in `rules`. */
    private readonly blank: AnyRow | undefined,
    public line: number,
    private readonly bad: BadRecords<AnyRow>,
  ) {}

  decode(bytes: Buffer, start: number, end: number, rows: AnyRow[]): number {
    const { block } = this;
    const { read } = this.rules;
    if (read && (bytes !== this.bytes || start !== this.next)) block.take(bytes, end);
    this.bytes = bytes;
    let at = start;
    while (at < end && rows.length < chunkRows) {
      const row = read && this.usual(read, at);
      if (row) {
        rows.push(row);
        at = block.at;
      } else {
        const feed = lineEnd(bytes, at);
        this.careful(bytes, at, feed, rows);
        at = feed + 1;
      }
      this.line++;
    }
    this.next = at;
    return at;
  }

  /** The row of the line at `start`, with `block.at` at the next line. */
  private usual(read: JsonStructReader, start: number): AnyRow | null {
    const { block } = this;
    const { bytes } = block;
    block.at = start;
    if (bytes[start] !== 123) {
      block.at = skipBlanks(bytes, start);
      if (bytes[block.at] !== 123) return null;
    }
    const row = read(block, this.blank);
    if (row === null) return null;
    if (bytes[block.at] !== lineFeed) block.at = skipBlanks(bytes, block.at);
    return bytes[block.at++] === lineFeed ? row : null;
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
