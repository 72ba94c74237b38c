import { readFileSync } from 'node:fs';
import { joinWith } from '../../operators/joinWith.js';
import { MemoryBytes } from '../../state/memoryByteStore.js';
import { JoinHarness } from './joinHarness.js';

interface Row {
  readonly k: number | null;
  readonly t: number | null;
  readonly n: number;
}

const left = (k: number | null, t: number | null, n = 0) => ['left', { k, t, n }, t] as const;
const right = (k: number | null, t: number | null, n = 0) => ['right', { k, t, n }, t] as const;
const alone = ([side, row]: ReturnType<typeof left> | ReturnType<typeof right>) =>
  side === 'left' ? { left: row, right: null } : { left: null, right: row };

const windowOf = ({ t }: Row) => {
  const start = Math.floor((t ?? Number.NaN) / 10) * 10;
  return t === null ? null : { start, end: start + 10 };
};

const joins = {
  windows: { on: 'k', onTime: [windowOf, windowOf] },
  times: { onTime: [(l: Row) => l.t, (r: Row) => r.t] },
};

/**
 * What the build of commit d48d69a has written in two batches of these rows:
 *
 * ```
 * left(1, 5, 0), …, left(1, 5, 19), right(2, 6), left(2, 7), left(null, 8), right(3, null), left(3, 31)
 * right(4, 32)
 * ```
 */
function earlierRows(name: keyof typeof joins): MemoryBytes {
  const text = readFileSync(new URL('./joinEarlierRows.json', import.meta.url), 'utf8');
  const content = new MemoryBytes();
  content.pairs = (JSON.parse(text) as Record<string, [string, string][]>)[name]?.map(
    ([key, value]) => [Buffer.from(key, 'base64'), Buffer.from(value, 'base64')],
  ) as [Uint8Array, Uint8Array][];
  return content;
}

function goOn(
  name: keyof typeof joins,
  content = earlierRows(name),
): Promise<JoinHarness<Row, Row>> {
  const options = { type: 'fullOuter', ...joins[name] };
  return new JoinHarness<Row, Row>((other) => joinWith(other, options as never), {
    stored: true,
    written: { content, batchId: 1 },
  }).open();
}

describe('a join on a checkpoint from before its rows lay by the time in their key', () => {
  it.each([
    ['windows', [left(null, 8)], [left(3, 31), right(4, 32), right(3, null)]],
    [
      'times',
      [left(2, 7), left(null, 8), left(3, 31), right(2, 6)],
      [right(4, 32), right(3, null)],
    ],
  ] as const)('goes on with its rows (%s)', async (name, due, last) => {
    const join = await goOn(name);
    const met = await join.batch({ rows: [right(1, 5)], evict: 4 });
    expect(met.rows).toEqual(
      Array.from({ length: 20 }, (_, n) => ({
        left: { k: 1, t: 5, n },
        right: { k: 1, t: 5, n: 0 },
      })),
    );
    expect(met.total).toBe(27);
    await join.open();
    const left31 = await join.batch({ evict: 31 });
    expect(left31.rows).toEqual(due.map(alone));
    expect(left31.total).toBe(last.length);
    await join.open();
    expect((await join.batch({ closing: true })).rows).toEqual(last.map(alone));
  });

  it('moves them once, in a batch that is written', async () => {
    const content = earlierRows('windows');
    const first = await goOn('windows', content);
    await first.batch();
    const before = content.clone();
    await first.open();
    await first.batch();
    const changed = content.pairs.filter(
      ([key, value]) =>
        !before.pairs.some(
          ([k, v]) => Buffer.compare(k, key) === 0 && Buffer.compare(v, value) === 0,
        ),
    );
    expect(changed).toHaveLength(1); // the record of the epoch
  });

  it('counts none of them as new or gone', async () => {
    const join = await goOn('windows');
    expect((await join.batch()).total).toBe(26);
    expect(join.counted).toEqual({ numRowsTotal: 26 });
  });
});
