import type { Random } from '../random.js';
import type { Event } from './workload.js';

/** Rows of one source: numbered, out of order, some of them late. */
export function eventsOf(
  random: Random,
  count: number,
  { firstId, keys }: { readonly firstId: number; readonly keys: number },
): Event[] {
  const rows: Event[] = [];
  // Whole seconds meet watermarks, bounds and expiries exactly.
  const grainMs = random.chance(0.4) ? 1000 : 1;
  let now = 10_000 + random.below(5000);
  for (let i = 0; i < count; i++) {
    now += random.chance(0.03) ? random.between(10_000, 60_000) : random.below(2500);
    let at = now;
    if (random.chance(0.3)) at -= random.below(8000);
    if (random.chance(0.06)) at -= random.between(10_000, 60_000);
    at -= at % grainMs;
    rows.push({
      id: firstId + i,
      key: keyNames[random.below(keys)] as string,
      at: Math.max(1, at),
      v: random.below(100),
    });
  }
  return rows;
}

/** Names that would hurt a plain object used as a map are among them. */
const keyNames = [
  'a',
  '__proto__',
  'constructor',
  'ü',
  'b',
  'toString',
  'c',
  'd',
  'e',
  '',
  'f',
  'g',
];
export const mostKeys = keyNames.length;
