/** Smallest and largest value of the whole-number types. BIGINT as a number ends where a double does. */
export const integerRange = {
  tinyint: { min: -128, max: 127 },
  smallint: { min: -32_768, max: 32_767 },
  int: { min: -2_147_483_648, max: 2_147_483_647 },
  bigint: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
} as const;

const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/** Whether a bigint is a BIGINT: 64 bits, signed. */
export function isBigint64(value: bigint): boolean {
  return value >= smallest && value <= largest;
}
