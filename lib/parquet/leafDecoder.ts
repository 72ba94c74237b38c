import { crc32 } from 'node:zlib';
import type { Compressors, Encoding, PageHeader } from 'hyparquet';
import { BadCell } from './badCell.js';
import { damaged } from './damage.js';
import type { ColumnChunk } from './footer.js';
import { decodeRuns, widthOf } from './hybridRuns.js';
import type { ConvertValues, LeafColumn } from './leafColumn.js';
import type { Hyparquet } from './packages.js';
import type { ParquetNode } from './parquetNode.js';
import { plainValues } from './plainValues.js';
import { unpackPage } from './unpackPage.js';

/** A longer array is not one piece of memory in V8. */
const maxPreallocated = 16 * 1024 * 1024;

/** Puts the pages of a column chunk together. Every number of a header is checked before it is used. */
export class LeafDecoder {
  entries = 0;
  private bad = false;
  private dictionary: readonly unknown[] | undefined;
  /** Filled up to `filled`; made in one piece, because arrays that grow cost more than decoding. */
  private readonly values: unknown[];
  private filled = 0;
  private definitions: Int32Array | undefined;
  private readonly repetitions: Int32Array | undefined;

  constructor(
    private readonly chunk: ColumnChunk,
    private readonly node: ParquetNode,
    private readonly convert: ConvertValues,
    private readonly hyparquet: Hyparquet,
    private readonly compressors: Compressors | undefined,
  ) {
    if (node.maxRepetition > 0) this.repetitions = new Int32Array(chunk.entries);
    this.values = new Array(Math.min(chunk.entries, maxPreallocated));
  }

  column(): LeafColumn {
    const { entries, definitions, repetitions, values, bad } = this;
    values.length = this.filled;
    return { entries, definitions, repetitions, values, bad };
  }

  page(header: PageHeader, packed: Buffer): void {
    const size = header.uncompressed_page_size;
    if (!(size >= 0 && size <= this.chunk.maxPageBytes)) damaged(`a page of ${size} bytes`);
    // The field is signed in the file.
    if (header.crc !== undefined && crc32(packed) >>> 0 !== header.crc >>> 0) {
      damaged('a page whose checksum is wrong');
    }
    switch (header.type) {
      case 'DICTIONARY_PAGE':
        return this.dictionaryPage(header, packed);
      case 'DATA_PAGE':
        return this.dataPage(header, packed);
      case 'DATA_PAGE_V2':
        return this.dataPageV2(header, packed);
      case 'INDEX_PAGE':
        return;
      default:
        return damaged(`a page of unknown type ${String(header.type)}`);
    }
  }

  private dictionaryPage(header: PageHeader, packed: Buffer): void {
    const count = header.dictionary_page_header?.num_values ?? -1;
    if (count < 0) damaged('a dictionary without a size');
    const page = this.unpack(packed, header.uncompressed_page_size);
    this.dictionary = this.convert(plainValues(page, 0, count, 'PLAIN', this.node, this.hyparquet));
    this.bad ||= this.dictionary.some((value) => value instanceof BadCell);
  }

  private dataPage(header: PageHeader, packed: Buffer): void {
    const data = header.data_page_header ?? damaged('a data page without a header');
    const count = this.countOf(data.num_values);
    const page = this.unpack(packed, header.uncompressed_page_size);
    let at = 0;
    if (this.node.maxRepetition > 0) {
      requireRuns(data.repetition_level_encoding);
      const end = levelsEnd(page, at);
      this.readRepetitions(page, at + 4, end, count);
      at = end;
    }
    let present = count;
    if (this.node.maxDefinition > 0) {
      requireRuns(data.definition_level_encoding);
      const end = levelsEnd(page, at);
      present = this.readDefinitions(page, at + 4, end, count);
      at = end;
    }
    this.readValues(page, at, present, data.encoding);
    this.entries += count;
  }

  /** Levels are not packed in this version. */
  private dataPageV2(header: PageHeader, packed: Buffer): void {
    const data = header.data_page_header_v2 ?? damaged('a data page without a header');
    const count = this.countOf(data.num_values);
    const repetitionBytes = data.repetition_levels_byte_length;
    const levelBytes = repetitionBytes + data.definition_levels_byte_length;
    if (!(repetitionBytes >= 0 && levelBytes >= repetitionBytes && levelBytes <= packed.length)) {
      damaged(`a page of ${packed.length} bytes with ${levelBytes} bytes of levels`);
    }
    if (this.node.maxRepetition > 0) this.readRepetitions(packed, 0, repetitionBytes, count);
    const present =
      this.node.maxDefinition > 0
        ? this.readDefinitions(packed, repetitionBytes, levelBytes, count)
        : count;
    const rest = packed.subarray(levelBytes);
    const size = header.uncompressed_page_size - levelBytes;
    const page = data.is_compressed === false ? rest : this.unpack(rest, size);
    this.readValues(page, 0, present, data.encoding);
    this.entries += count;
  }

  private countOf(count: number): number {
    const left = this.chunk.entries - this.entries;
    if (count >= 0 && count <= left) return count;
    return damaged(`a page of ${count} values, where ${left} are left`);
  }

  private readRepetitions(page: Uint8Array, from: number, to: number, count: number): void {
    const most = this.node.maxRepetition;
    const levels = this.repetitions?.subarray(this.entries, this.entries + count);
    if (levels === undefined) return;
    decodeRuns(page, from, to, widthOf(most), levels, count);
    for (const level of levels) if (level > most) damaged(`a repetition level of ${level}`);
  }

  /** Answers how many entries have a value. */
  private readDefinitions(page: Uint8Array, from: number, to: number, count: number): number {
    const most = this.node.maxDefinition;
    const levels = new Int32Array(count);
    decodeRuns(page, from, to, widthOf(most), levels, count);
    let present = 0;
    for (let i = 0; i < count; i++) {
      const level = levels[i] as number;
      if (level === most) present++;
      else if (level > most) damaged(`a definition level of ${level}`);
    }
    if (present < count && this.definitions === undefined) {
      this.definitions = new Int32Array(this.chunk.entries).fill(most, 0, this.entries);
    }
    this.definitions?.set(levels, this.entries);
    return present;
  }

  private readValues(page: Uint8Array, at: number, count: number, encoding: Encoding): void {
    if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
      this.lookUp(page, at, count);
      return;
    }
    const plain = plainValues(page, at, count, encoding, this.node, this.hyparquet);
    const converted = this.convert(plain);
    for (let i = 0; i < count; i++) {
      const value = converted[i];
      if (value instanceof BadCell) this.bad = true;
      this.values[this.filled + i] = value;
    }
    this.filled += count;
  }

  private lookUp(page: Uint8Array, at: number, count: number): void {
    if (count === 0) return;
    const { values, filled, dictionary = damaged('a page without its dictionary') } = this;
    if (at >= page.length) damaged('a page whose values end too early');
    const indexes = new Int32Array(count);
    decodeRuns(page, at + 1, page.length, page[at] as number, indexes, count);
    const size = dictionary.length;
    for (let i = 0; i < count; i++) {
      const index = indexes[i] as number;
      if (index < 0 || index >= size) damaged(`value ${index} of a dictionary of ${size}`);
      values[filled + i] = dictionary[index];
    }
    this.filled += count;
  }

  private unpack(packed: Uint8Array, size: number): Uint8Array {
    if (size < 0) damaged(`a page of ${size} bytes`);
    return unpackPage(packed, size, this.chunk.codec, this.hyparquet, this.compressors);
  }
}

/** Version 1 of a page writes the length of its levels in front of them. */
function levelsEnd(page: Uint8Array, at: number): number {
  if (at + 4 > page.length) damaged('a page whose levels end too early');
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const end = at + 4 + view.getUint32(at, true);
  return end <= page.length ? end : damaged('a page whose levels end too early');
}

function requireRuns(encoding: Encoding): void {
  if (encoding !== 'RLE') damaged(`levels encoded as ${encoding}, which is not supported`);
}
