/** The middle of the values; of an even number the lower one. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}

/** What each contender took in each round, in seconds. */
export type Timings<N extends string> = Readonly<Record<N, readonly number[]>>;

/**
 * Runs all contenders in turn, round after round, so that a neighbour's noise falls on all of them; the
 * first `warmUps` rounds do not count. The collector is not forced between them: that throws V8's compiled
 * code away with the objects of the round, and what a long stream runs is compiled.
 */
export async function timeAlternately<N extends string>(
  contenders: Readonly<Record<N, () => void | Promise<void>>>,
  rounds: number,
  warmUps = 1,
): Promise<Timings<N>> {
  const names = Object.keys(contenders) as N[];
  const timings = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds + warmUps; round++) {
    for (const name of names) {
      const began = performance.now();
      await contenders[name]();
      if (round >= warmUps) timings[name]?.push((performance.now() - began) / 1000);
    }
  }
  return timings as unknown as Timings<N>;
}

/** `12.3 M`, `456 k` */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 999_500) return `${(value / 1e6).toPrecision(3)} M`;
  return value >= 999.5 ? `${(value / 1e3).toPrecision(3)} k` : value.toPrecision(3);
}

/** A Markdown table. */
export function tableOf(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [columns, ...rows].map((row) => row.map(String));
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const [head, ...body] = cells as [string[], ...string[][]];
  return [
    line(head),
    `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`,
    ...body.map(line),
  ].join('\n');
}

/** `--name value` and `--flag`; an unknown name is refused. */
export function parseArguments<T extends Readonly<Record<string, string>>>(
  argv: readonly string[],
  defaults: T,
): { -readonly [K in keyof T]: string } {
  const given: Record<string, string> = { ...defaults };
  for (let i = 0; i < argv.length; i++) {
    const name = (argv[i] ?? '').replace(/^--/, '');
    if (!(name in defaults)) {
      const known = Object.keys(defaults).map((each) => `--${each}`);
      throw new Error(`unknown option ${argv[i]}; known: ${known.join(' ')}`);
    }
    const next = argv[i + 1];
    const isFlag = next === undefined || next.startsWith('--');
    given[name] = isFlag ? 'true' : next;
    if (!isFlag) i++;
  }
  return given as { -readonly [K in keyof T]: string };
}
