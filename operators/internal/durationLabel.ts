const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** A duration as `explain()` and messages show it, in the largest unit that divides it: '90 minutes'. */
export function durationLabel(ms: number): string {
  for (const [unit, unitMs] of units) {
    if (ms !== 0 && ms % unitMs === 0) {
      const n = ms / unitMs;
      return `${n} ${unit}${n === 1 ? '' : 's'}`;
    }
  }
  return `${ms} ms`;
}
