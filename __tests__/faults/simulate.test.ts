import { runOne } from '../../faults/simulate/runOne.js';

async function firstFailure(ignored: Parameters<typeof runOne>[1], seeds: number) {
  for (let seed = 1; seed <= seeds; seed++) {
    const { reason } = await runOne(seed, ignored);
    if (reason !== undefined) return { seed, reason };
  }
  return undefined;
}

describe('the simulation', () => {
  it('finds nothing in the engine as it is', async () => {
    expect(await firstFailure([], 25)).toBeUndefined();
  });

  it('gives the same run for the same seed', async () => {
    const [first, second] = [await runOne(9), await runOne(9)];
    expect(second).toEqual(first);
    expect(first.fired.length).toBeGreaterThan(0);
  });

  it.each(['fsync', 'fsync directory'] as const)(
    'finds a disk that leaves out %s',
    async (step) => {
      expect(await firstFailure([step], 400)).toBeDefined();
    },
  );
});
