import type { ByteWriter } from '../codec/byteWriter.js';
import { crc32, crc32Of } from '../codec/crc32.js';
import { DecodeError } from '../codec/decodeError.js';
import { valueVersion } from './layout.js';

/** Bytes of a value before its content: checksum and version. */
export const frameLength = 5;

/** Begins a value at the front of `out`. */
export function beginFrame(out: ByteWriter): void {
  out.reset();
  out.uint32(0);
  out.byte(valueVersion);
}

/** Ends the value in `out`; gives its checksum, continued from that of its key. */
export function endFrame(out: ByteWriter, keyCrc: number): number {
  const crc = crc32Of(out.view, 4, out.at, keyCrc);
  out.view.setInt32(0, crc);
  return crc;
}

/** The checksum of a stored value, verified with its key. Throws `DecodeError`. */
export function verifyFrame(key: Uint8Array, value: Uint8Array): number {
  if (value.length < frameLength) throw new DecodeError('the value is cut short', 0);
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const crc = crc32Of(view, 4, value.length, crc32(key));
  if (crc !== view.getInt32(0)) throw new DecodeError('the checksum does not match', 0);
  if (value[4] !== valueVersion) throw new DecodeError(`unknown value version ${value[4]}`, 4);
  return crc;
}
