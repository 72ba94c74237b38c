import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';

/** The same rows, in any order. */
export function requireSameRows(got: readonly unknown[], expected: readonly unknown[]): void {
  const left = [...got];
  const same =
    got.length === expected.length &&
    expected.every((row) => {
      const i = left.findIndex((other) => isDeepStrictEqual(other, row));
      if (i >= 0) left.splice(i, 1);
      return i >= 0;
    });
  if (!same) {
    throw testFailed(`expected rows\n  ${lines(expected)}\ngot\n  ${lines(got)}`, {
      got,
      expected,
    });
  }
}

export function requireEqual(got: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(got, expected)) {
    throw testFailed(`expected ${shown(expected)}, got ${shown(got)}`, { got, expected });
  }
}

/** As test runners know it: code `ERR_ASSERTION`, what was compared in `actual` and `expected`. */
export function testFailed(
  message: string,
  compared?: { readonly got: unknown; readonly expected: unknown },
): AssertionError {
  if (!compared) return new AssertionError({ message });
  return new AssertionError({ message, actual: compared.got, expected: compared.expected });
}

function lines(rows: readonly unknown[]): string {
  return rows.length === 0 ? '(none)' : rows.map(shown).join('\n  ');
}

export function shown(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: Number.POSITIVE_INFINITY });
}
