import { BAD } from '../../schema/bad.js';
import { rowConverter } from '../../schema/convert.js';
import type { ConvertOptions } from '../../schema/convertOptions.js';
import { exactJson, jsonParser } from '../../schema/exactJson.js';
import { keysIn } from '../../schema/repeated.js';
import type { AnyRow } from '../../schema/rowOf.js';
import type { StructType } from '../../schema/types.js';
import { reasonOf } from '../../thrown.js';
import type { BadRecords } from './badRecords.js';
import { cellLayout } from './cellLayout.js';
import { type CellRows, cellRows } from './cellRows.js';
import type { DecodeSlot } from './decodeSlot.js';
import { JsonBytes } from './jsonBytes.js';
import { jsonObjectReader } from './jsonPlan.js';
import { keysPassed, maxJsonDepth, skipBlanks, skipValue } from './jsonSkip.js';
import type { JsonStructReader } from './jsonStruct.js';
import { chunkRows, type LineDecoder, lineEnd, withoutReturn } from './lineFormat.js';

const lineFeed = 10;

/** How the lines of a schema are read, compiled once for all files. */
export interface JsonRules {
  /** undefined: every line goes through `parse` and `converter`. */
  readonly read: JsonStructReader | undefined;
  /** As `JSON.parse`, but long digits stay where a column needs them. */
  readonly parse: (text: string) => unknown;
  readonly converter: ReturnType<typeof rowConverter>;
  /** How rows are made of what another thread has decoded; undefined: all lines are decoded here. */
  readonly cells: { readonly width: number; readonly rows: CellRows } | undefined;
  /** Of the records. */
  readonly schema: StructType;
}

/** `columns`: of the rows, in their order, more than `schema` has where some come from the path. */
export function jsonRules(
  schema: StructType,
  options: ConvertOptions,
  columns?: readonly string[],
): JsonRules {
  const names = columns ?? schema.fields.map(({ name }) => name);
  const read = jsonObjectReader(schema, options, names);
  const layout = read && cellLayout(schema, options);
  const rows = layout && cellRows(layout, names);
  return {
    schema,
    read,
    cells: layout && rows && { width: layout.width, rows },
    parse: jsonParser(schema, options),
    converter: rowConverter(schema, options),
  };
}

/** Whether the line at `start` begins with an object, at which `block.at` then is. */
export function atObject(block: JsonBytes, start: number): boolean {
  const { bytes } = block;
  block.at = bytes[start] === 123 ? start : skipBlanks(bytes, start);
  return bytes[block.at] === 123;
}

/** Whether nothing but blanks follows the object; `block.at` is then at the next line. */
export function atNextLine(block: JsonBytes): boolean {
  const { bytes } = block;
  if (bytes[block.at] !== lineFeed) block.at = skipBlanks(bytes, block.at);
  return bytes[block.at++] === lineFeed;
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
    if (!atObject(block, start)) return null;
    const row = read(block, this.blank);
    return row !== null && atNextLine(block) ? row : null;
  }

  *decoded(slot: DecodeSlot): Generator<AnyRow[], number, void> {
    const { block } = this;
    const { bytes, otherLines } = slot;
    block.take(bytes, slot.end);
    this.bytes = undefined; // the slot's are overwritten
    let row = 0;
    for (let i = 0; i < otherLines; i++) {
      row = yield* this.cellRows(slot, row, slot.rowsBefore(i));
      const rows: AnyRow[] = [];
      const start = slot.startOfOther(i);
      this.careful(bytes, start, lineEnd(bytes, start), rows);
      this.line++;
      if (rows.length > 0) yield rows;
    }
    yield* this.cellRows(slot, row, slot.rows);
    return slot.stop;
  }

  private *cellRows(slot: DecodeSlot, from: number, upTo: number): Generator<AnyRow[], number> {
    const { cells } = this.rules;
    for (let row = from; row < upTo && cells; row += chunkRows) {
      const next = Math.min(row + chunkRows, upTo);
      this.line += next - row;
      const { width } = cells;
      yield cells.rows(slot.cells, row * width, next * width, this.block, this.blank);
    }
    return upTo;
  }

  tooLong(shown: string, rows: AnyRow[]): void {
    const salvage = () => this.salvage(undefined, shown);
    this.keep(this.bad.handle(this.line++, shown, 'the line is too long', salvage), rows);
  }

  private careful(bytes: Buffer, start: number, feed: number, rows: AnyRow[]): void {
    const first = skipBlanks(bytes, start);
    if (first === feed) return; // an empty line is no record
    const raw = bytes.toString('utf8', start, withoutReturn(bytes, start, feed));
    let record: unknown;
    let reason: string | undefined;
    try {
      record = this.rules.parse(raw);
    } catch (error) {
      reason = `it is no JSON: ${reasonOf(error)}`;
    }
    const keysBefore = keysPassed();
    if (reason === undefined && skipValue(bytes, first) < 0) {
      reason = `it is nested deeper than ${maxJsonDepth}`;
      record = undefined;
    }
    const { converter, schema } = this.rules;
    const isWhole = reason === undefined && keysIn(record) === keysPassed() - keysBefore;
    let row = isWhole ? converter.row(record) : BAD;
    if (row === BAD && reason === undefined) {
      // Dearer, but a STRING gets the text of what is no string, and a key that stands twice all its values.
      record = exactJson(raw, schema);
      row = converter.row(record);
    }
    if (row !== BAD) return this.keep(row, rows);
    reason ??= converter.problem(record);
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
