import { join } from 'node:path';
import { runVector } from './runVector.js';
import { readVectors } from './vectors.js';

const vectors = readVectors(join(import.meta.dirname, 'vectors'));

describe('answers as a real Spark did, in memory', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    expect(await runVector(vector, 'memory')).toBeUndefined();
  });
});
