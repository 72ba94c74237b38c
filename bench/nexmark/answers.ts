import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NexmarkQuery } from './query.js';

/** The checked data sets: so many events of seed 42. */
export const checkedEvents = 100_000;

export const dataSets = {
  slow: { rate: 1000, disorder: 1000 },
  'disorder-1': { rate: 10_000, disorder: 1 },
  'disorder-1000': { rate: 10_000, disorder: 1000 },
} as const;

export type DataSet = keyof typeof dataSets;

/** What the oracle (Spark in batch) answered. */
export interface Expected {
  readonly columns: readonly string[];
  readonly rows: number;
  readonly sha256: string;
  readonly closed?: { readonly watermark: number; readonly rows: number; readonly sha256: string };
}

/** Read from where `npm run` stands: the root of the repository. */
export function expectedAnswer(set: DataSet, query: string): Expected {
  const path = join('bench', 'nexmark', 'expected', set, `${query}.json`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Canonical rows of queries.md: sorted JSON arrays of the columns, hashed. */
export function hashOf(
  rows: readonly object[],
  columns: readonly string[],
): { readonly rows: number; readonly sha256: string } {
  const lines = rows.map((row) =>
    JSON.stringify(columns.map((column) => Reflect.get(row, column) ?? null)),
  );
  const text = lines.sort().join('\n');
  return { rows: lines.length, sha256: createHash('sha256').update(text).digest('hex') };
}

/** The final state of what a query has put out: in update mode the last row of every key. */
export function finalRows(query: NexmarkQuery, rows: readonly object[]): readonly object[] {
  const { key, answer } = query;
  if (!key) return answer ? answer(rows) : rows;
  const last = new Map<string, object>();
  for (const row of rows) {
    last.set(JSON.stringify(key.map((column) => Reflect.get(row, column))), row);
  }
  const final = [...last.values()];
  return answer ? answer(final) : final;
}
