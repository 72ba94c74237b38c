import type { Random } from '../random.js';
import { bytesOf } from './target.js';

/** A key or value as users have them; `depth` bounds nesting. */
export function anyValue(random: Random, depth = 3): unknown {
  const kind = random.below(depth > 0 ? 14 : 11);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.between(-1000, 1000);
    case 3:
      return random.pick([0, -0, Number.NaN, 1e308, 2 ** 53 - 1, -(2 ** 53) + 1, Infinity]);
    case 4:
      return random.next() * 1e6;
    case 5:
      return textOf(random);
    case 6:
      return BigInt(random.between(-1000, 1000)) ** BigInt(random.between(1, 9));
    case 7:
      return new Date(random.between(-1e12, 1e12));
    case 8:
      return Uint8Array.from(bytesOf(random, random.below(12)));
    case 9:
      return '';
    case 10:
      return random.pick(['__proto__', 'constructor', 'toString', '\0', '\ud800']);
    case 11:
      return listOf(random, depth);
    case 12:
      return Object.fromEntries(listOf(random, depth).map((each, i) => [`f${i}`, each]));
    default:
      return new Map(listOf(random, depth).map((each, i) => [i, each]));
  }
}

function listOf(random: Random, depth: number): unknown[] {
  return Array.from({ length: random.below(5) }, () => anyValue(random, depth - 1));
}

export function textOf(random: Random): string {
  const signs = 'abcz _-"\'\\\n\t,é漢😀0';
  return Array.from({ length: random.below(20) }, () => signs[random.below(signs.length)]).join('');
}
