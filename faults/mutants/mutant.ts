/** A bug put into a built copy of the engine, and the suite that must notice. */
export interface Mutant {
  readonly name: string;
  /** Below the folder of built files. */
  readonly file: string;
  /** Texts that stand in the file exactly once, each with what takes its place. */
  readonly edits: readonly (readonly [from: string, to: string])[];
  readonly suite: 'simulate' | 'kill' | 'two' | 'fuzz' | 'disk';
  /** Seeds that the suite may use; it ends at the first failure. */
  readonly runs: number;
  /** A part of the suite. */
  readonly only?: string;
}

/** The text with all edits; a RangeError if one of them does not find its place. */
export function mutated(text: string, { name, file, edits }: Mutant): string {
  return edits.reduce((before, [from, to]) => {
    const parts = before.split(from);
    if (parts.length === 2) return parts.join(to);
    const found = `stands ${parts.length - 1} times in ${file}`;
    throw new RangeError(
      `mutant '${name}': '${from}' ${found}: the code has changed, write it anew`,
    );
  }, text);
}
