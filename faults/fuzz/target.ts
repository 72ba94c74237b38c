import { StreamingError } from '../../index.js';
import type { Random } from '../random.js';

/** A decoder, and what it is fed with. `attempt` throws a {@link Flaw} if it is not as it must be. */
export interface Target {
  readonly name: string;
  /** Attempts of one seed. */
  readonly attempts: number;
  attempt(random: Random): void | Promise<void>;
}

/** A decoder did what none may do. */
export class Flaw extends Error {
  override readonly name = 'Flaw';
}

/** Any bytes, or `bytes` with some of them changed, cut, doubled or put in another place. */
export function mutatedBytes(bytes: Uint8Array, random: Random): Buffer {
  if (random.chance(0.1)) return bytesOf(random, random.below(200));
  let out: Buffer = Buffer.from(bytes);
  for (let i = random.between(1, 4); i > 0; i--) out = changed(out, random);
  return out;
}

export function bytesOf(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

function changed(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const other = random.below(bytes.length + 1);
  switch (random.below(6)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at),
        bytesOf(random, random.between(1, 9)),
        bytes.subarray(at),
      ]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(other)]);
    default:
      return Buffer.concat([bytes, bytes.subarray(Math.min(at, other), Math.max(at, other))]);
  }
}

const signs = '\0\n\r\t "\'\\,;:.<>(){}[]-+0123456789eEINTz_äßü漢😀\ud800'.split('');

/** Text that may be anything, or nearly `text`. */
export function mutatedText(text: string, random: Random): string {
  let out = random.chance(0.1) ? '' : text;
  for (let i = random.between(1, 5); i > 0; i--) {
    const at = random.below(out.length + 1);
    const upTo = Math.min(out.length, at + random.below(4));
    const piece = random.chance(0.5)
      ? random.pick(signs)
      : out.slice(random.below(out.length + 1)).slice(0, 12);
    out = out.slice(0, at) + piece + out.slice(random.chance(0.5) ? at : upTo);
  }
  return out;
}

/** Runs `decode`; a coded error, or one that `allowed` names, is an answer, too. */
export function answerOf<A>(
  decode: () => A,
  allowed: (error: unknown) => boolean = isCoded,
): A | undefined {
  try {
    return decode();
  } catch (error) {
    if (allowed(error)) return undefined;
    throw flawOf(error);
  }
}

export function isCoded(error: unknown): boolean {
  return error instanceof StreamingError;
}

export function flawOf(error: unknown): Flaw {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Flaw(`ends with ${text}`);
}
