import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Observable, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  addData,
  assertState,
  checkNewAnswer,
  crash,
  restart,
  testStream,
} from '../../lib/testing/index.js';
import { between } from '../../operators/between.js';
import { joinWith } from '../../operators/joinWith.js';
import { withWatermark } from '../../operators/withWatermark.js';
import { addTogether, at, numbers, times } from './joinScript.js';

interface Row {
  readonly k: string;
  readonly t: number;
}

const marked = (rows: Observable<Row>) => rows.pipe(withWatermark((r) => r.t, 2));

describe('a join in a live subscription', () => {
  it('gives a pair in the frame of its later row, and outer rows when the watermark passes', () => {
    const rows: Record<string, Row> = {
      a: { k: 'x', t: 1 },
      b: { k: 'x', t: 2 },
      c: { k: 'y', t: 3 },
      d: { k: 'z', t: 20 },
    };
    const scheduler = new TestScheduler((got, expected) => expect(got).toEqual(expected));
    scheduler.run(({ hot, expectObservable }) => {
      const left = hot<Row>('  a---c---d--------|', rows);
      const right = hot<Row>(' --b---------d----|', rows);
      const expected = '       --1---------(dy)-|'; // at d on both sides W 18: y's partner cannot come
      const joined = marked(left).pipe(
        joinWith(marked(right), {
          type: 'leftOuter',
          on: 'k',
          within: between(-5, 5),
          select: (l, r) => `${l.t}${r?.t ?? '-'}`,
        }),
      );
      expectObservable(joined).toBe(expected, { 1: '12', d: '2020', y: '3-' });
    });
  });

  it('gives what has no match when both sides complete', async () => {
    const [left, right] = [new Subject<Row>(), new Subject<Row>()];
    const out: unknown[] = [];
    const done = marked(left)
      .pipe(
        joinWith(marked(right), {
          type: 'fullOuter',
          on: 'k',
          within: between(0, 0),
          select: (l, r) => [l?.k, r?.k],
        }),
      )
      .forEach((row) => {
        out.push(row);
      });
    left.next({ k: 'a', t: 1 });
    right.next({ k: 'b', t: 1 });
    left.complete();
    expect(out).toEqual([]);
    right.complete();
    await done;
    expect(out).toEqual([
      ['a', undefined],
      [undefined, 'b'],
    ]);
  });
});

describe('a join on a checkpoint', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-join-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('goes on after restarts with the rows of both sides', () => {
    const left = numbers(2, null);
    const right = numbers(3, null);
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'inner',
        on: 'key',
        unbounded: true,
        select: (l, r) => [l.key, l.value, r.value],
      }),
    );
    return testStream(joined, { checkpointLocation: folder })(
      addData(left.source, 1),
      addData(right.source, 1, 10),
      checkNewAnswer([1, 2, 3]),
      addData(right.source, 1),
      checkNewAnswer([1, 2, 3]),
      restart,
      addData(left.source, 1),
      checkNewAnswer([1, 2, 3], [1, 2, 3]),
      restart,
      addTogether([left.source, 100], [right.source, 100]),
      checkNewAnswer([100, 200, 300]),
      assertState({ total: 7 }),
    );
  });

  it('gives each outer row once though a batch crashes', () => {
    const left = times();
    const right = times();
    const joined = left.stream.pipe(
      joinWith(right.stream, {
        type: 'fullOuter',
        on: 'k',
        within: between('-5 seconds', '5 seconds'),
        select: (l, r) => [l?.k ?? null, r?.k ?? null],
      }),
    );
    return testStream(joined, { checkpointLocation: folder })(
      addTogether([left.source, at(1, 5), at(2, 5)], [right.source, at(1, 6), at(3, 6)]),
      checkNewAnswer([1, 1]),
      crash('kp4:after', addTogether([left.source, at(9, 30)], [right.source, at(9, 40)])), // W 20 s
      checkNewAnswer([2, null], [null, 3]),
      restart,
      addData(left.source, at(9, 45)),
      checkNewAnswer([9, 9]),
    );
  });
});
