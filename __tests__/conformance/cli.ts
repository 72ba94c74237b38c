import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runVector, type Way } from './runVector.js';
import type { Vector } from './vector.js';
import { readVectors } from './vectors.js';

/** `npm run conformance -- [DIR or FILE] [--ways …] [--family F] [--name N]`: exits 1 on any failure. */
const allWays: readonly Way[] = ['memory', 'leveldb', 'restart', 'crash'];
const shownFailures = 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ways: { type: 'string', default: allWays.join(',') },
    family: { type: 'string' },
    name: { type: 'string' },
  },
});
const ways = values.ways.split(',') as Way[];
for (const way of ways) {
  if (!allWays.includes(way)) throw new TypeError(`--ways takes ${allWays.join(',')}, not ${way}`);
}
const path = positionals[0] ?? join('__tests__', 'conformance', 'vectors');
const vectors = readVectors(path).filter(
  (vector) =>
    (values.family === undefined || vector.family === values.family) &&
    (values.name === undefined || vector.name === values.name),
);

const root = mkdtempSync(join(tmpdir(), 'millrace-conformance-'));
let passed = 0;
let failed = 0;
try {
  for (const way of ways) {
    for (const vector of vectors) await one(vector, way);
    process.stdout.write(`${way}: ${vectors.length} vectors run\n`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

async function one(vector: Vector, way: Way): Promise<void> {
  const folder = join(root, `${vector.name}-${way}`);
  const difference = await runVector(vector, way, { checkpoint: () => folder });
  rmSync(folder, { recursive: true, force: true });
  if (difference === undefined) {
    passed += 1;
    return;
  }
  failed += 1;
  if (failed <= shownFailures) process.stdout.write(`${vector.name}, ${way}: ${difference}\n\n`);
}
