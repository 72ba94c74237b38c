import type { Comparison, Row } from './vector.js';

/** SQL's rule: a comparison with null is not true. `@column` names another column. */
export function holds(row: Row, conditions: readonly Comparison[]): boolean {
  return conditions.every(([column, cmp, literal]) => {
    const right =
      typeof literal === 'string' && literal.startsWith('@') ? row[literal.slice(1)] : literal;
    return compare(row[column], cmp, right);
  });
}

function compare(a: unknown, cmp: string, b: unknown): boolean {
  if (a === null || a === undefined || b === null || b === undefined) return false;
  const [x, y] = [a as number, b as number];
  switch (cmp) {
    case '=':
    case '==':
      return x === y;
    case '!=':
    case '<>':
      return x !== y;
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    case '>=':
      return x >= y;
    default:
      throw new TypeError(`unknown comparison ${cmp}`);
  }
}

/** Whether a condition speaks of columns of one side only. */
export function sideOf(
  [column, , literal]: Comparison,
  left: ReadonlySet<string>,
): 'left' | 'right' | 'both' {
  const sides = new Set([left.has(column)]);
  if (typeof literal === 'string' && literal.startsWith('@')) sides.add(left.has(literal.slice(1)));
  if (sides.size === 2) return 'both';
  return sides.has(true) ? 'left' : 'right';
}

export function arithmetic(value: unknown, operator: string, literal: number): number | null {
  if (value === null || value === undefined) return null;
  const n = value as number;
  if (operator === '+') return n + literal;
  if (operator === '-') return n - literal;
  return n * literal;
}
