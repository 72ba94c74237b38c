import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { StructType } from '../../schema/types.js';
import { cellLayout } from './cellLayout.js';
import { type DecodeSlot, mostOthers } from './decodeSlot.js';
import { JsonBytes } from './jsonBytes.js';
import { type JsonCellReader, jsonCellReader } from './jsonCells.js';
import { atNextLine, atObject } from './jsonLines.js';
import { lineEnd } from './lineFormat.js';

/** Turns the usual lines of slots into cells; which lines are not usual, it says. */
export class CellDecoder {
  private readonly block = new JsonBytes();

  private constructor(
    private readonly width: number,
    private readonly read: JsonCellReader,
  ) {}

  /** undefined for a schema that has no cells, and where the host forbids code from strings. */
  static of(schema: StructType, options: ConvertOptions): CellDecoder | undefined {
    const layout = cellLayout(schema, options);
    const read = layout && jsonCellReader(layout, options);
    return read && new CellDecoder(layout.width, read);
  }

  decode(slot: DecodeSlot): void {
    const { block, read, width } = this;
    const { bytes, cells, end } = slot;
    block.take(bytes, end, end);
    const full = cells.length - width;
    let at = 0;
    let base = 0;
    let rows = 0;
    let others = 0;
    while (at < end && base <= full) {
      if (atObject(block, at)) {
        read(block, cells, base);
        if (block.at >= 0 && atNextLine(block)) {
          at = block.at;
          base += width;
          rows++;
          continue;
        }
      }
      if (others === mostOthers) break;
      slot.setOther(others++, rows, at);
      at = lineEnd(bytes, at) + 1;
    }
    slot.finish(rows, others, at);
  }
}
