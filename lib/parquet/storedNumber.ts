import { farthestMs } from '../time/civil.js';
import { BadCell } from './badCell.js';

const twoTo32 = 4_294_967_296;
/** Beyond this a high half makes numbers larger than 2^53. */
const maxHigh = 2 ** 21;

/**
 * 64-bit integers as numbers, in place and without a BigInt each: two halves make an exact number up
 * to 2^53. Beyond, `large` decides.
 */
export function int64Numbers(
  values: BigInt64Array,
  large: (value: bigint) => unknown,
  small: (value: number) => unknown,
): unknown[] {
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const out: unknown[] = [];
  for (let i = 0; i < values.length; i++) {
    const high = halves[i * 2 + 1] as number;
    if (high >= -maxHigh && high < maxHigh) {
      out.push(small(high * twoTo32 + ((halves[i * 2] as number) >>> 0)));
    } else out.push(large(values[i] as bigint));
  }
  return out;
}

export function beyondSafe(value: bigint): BadCell {
  const beyond = within64(value);
  if (beyond instanceof BadCell) return beyond;
  return new BadCell(`${value} is beyond 2^53: read it with bigints: 'bigint'`);
}

/** A BIGINT has a sign, so an unsigned number may be beyond it. */
export function within64(value: bigint): bigint | BadCell {
  if (BigInt.asIntN(64, value) === value) return value;
  return new BadCell(`${value} is beyond a BIGINT: declare the column DECIMAL(20,0)`);
}

/** An instant as rows have it, from whole ms. */
export type InstantOf = (ms: number) => unknown;

export function instantOf(timestamps: 'date' | 'ms'): InstantOf {
  return (ms) => {
    if (Math.abs(ms) > farthestMs)
      return new BadCell(`the time ${ms} ms is beyond what a Date can hold`);
    return timestamps === 'ms' ? ms : new Date(ms);
  };
}

const gregoryMs = Date.UTC(1582, 9, 15);

/** Times before are other days in the calendar of the file than in that of a Date. */
export function sinceGregory(instant: InstantOf): InstantOf {
  return (ms) =>
    ms >= gregoryMs
      ? instant(ms)
      : new BadCell(
          'a time before 1582-10-15, stored as a day of the Julian calendar (legacyDateTime, legacyINT96): write the file anew with Spark 3 or 4, which rebases it',
        );
}

/** Unix time in units of `unitsPerMs`; finer than ms is cut off, towards the past. */
export function instants(values: BigInt64Array, unitsPerMs: number, instant: InstantOf): unknown[] {
  const units = BigInt(unitsPerMs);
  return int64Numbers(
    values,
    (value) => instant(Number((value - (((value % units) + units) % units)) / units)),
    (value) => instant(Math.floor(value / unitsPerMs)),
  );
}

const julianEpoch = 2_440_588n;
const low64 = (1n << 64n) - 1n;

/** The day of the Julian calendar and nanoseconds of it: the timestamps of old Spark, Hive, Impala. */
export function int96Instant(value: bigint, instant: InstantOf): unknown {
  const days = (value >> 64n) - julianEpoch;
  return instant(Number(days * 86_400_000n + (value & low64) / 1_000_000n));
}

/** A big-endian two's complement number. */
export function unscaledOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

/** IEEE 754 half precision, little-endian. */
export function halfFloat(bytes: Uint8Array): number {
  const bits = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
