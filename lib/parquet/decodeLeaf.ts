import type { Compressors } from 'hyparquet';
import { damaged } from './damage.js';
import type { ColumnChunk } from './footer.js';
import type { ConvertValues, LeafColumn } from './leafColumn.js';
import { LeafDecoder } from './leafDecoder.js';
import type { Hyparquet } from './packages.js';
import type { ParquetNode } from './parquetNode.js';

/** Decodes the pages of a column chunk. */
export function decodeLeaf(
  bytes: Buffer,
  chunk: ColumnChunk,
  node: ParquetNode,
  convert: ConvertValues,
  hyparquet: Hyparquet,
  compressors: Compressors | undefined,
): LeafColumn {
  const decoder = new LeafDecoder(chunk, node, convert, hyparquet, compressors);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: 0 };
  while (decoder.entries < chunk.entries) {
    if (reader.offset >= bytes.length) {
      damaged(`it has ${decoder.entries} of ${chunk.entries} values`);
    }
    const header = hyparquet.column.parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && reader.offset + size <= bytes.length)) {
      damaged(`a page of ${size} bytes, where ${bytes.length - reader.offset} are left`);
    }
    const page = bytes.subarray(reader.offset, reader.offset + size);
    reader.offset += size;
    decoder.page(header, page);
  }
  return decoder.column();
}
