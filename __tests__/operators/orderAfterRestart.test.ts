import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import { readStream } from '../../lib/stream/readStream.js';
import {
  addData,
  checkLastBatch,
  checkNewAnswer,
  crash,
  restart,
} from '../../lib/testing/index.js';
import { testStream } from '../../lib/testing/testStream.js';
import { aggregate } from '../../operators/aggregate.js';
import { count } from '../../operators/count.js';
import { groupByKey } from '../../operators/groupByKey.js';
import { limit } from '../../operators/limit.js';
import { select } from '../../operators/select.js';
import { sessionWindow } from '../../operators/sessionWindow.js';
import { window } from '../../operators/window.js';
import { withWatermark } from '../../operators/withWatermark.js';

interface Event {
  readonly k: string;
  readonly s: number;
}

const at = (k: string, s: number): Event => ({ k, s });

describe('where a limit reads the order of groups, a restart does not change it', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-order-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('complete mode: groups come in the order in which they appeared', () => {
    const source = memoryStream<string>();
    const first = readStream(source).pipe(
      groupByKey((k) => k),
      count(),
      limit(2),
      select((row) => `${row.key} ${row.count}`),
    );
    return testStream(first, { outputMode: 'complete', checkpointLocation: folder })(
      addData(source, 'z', 'm'),
      checkLastBatch('z 1', 'm 1'),
      restart,
      addData(source, 'b', 'a', 'm'),
      checkLastBatch('z 1', 'm 2'),
      crash('kp4:after', addData(source, 'c', 'z')),
      checkLastBatch('z 2', 'm 2'),
    );
  });

  it('complete mode: windows too, those of one row from the earliest', () => {
    const source = memoryStream<Event>();
    const first = readStream(source).pipe(
      withWatermark((e) => e.s * 1000, '30 seconds'),
      groupByKey((e) => e.k),
      window('10 seconds', { slide: '5 seconds', timestamps: 'ms' }),
      aggregate((rows) => ({ n: rows.count(), last: rows.last((e) => e.s) })),
      limit(3),
      select((row) => `${row.key} ${row.window.start / 1000} ${row.n}`),
    );
    return testStream(first, { outputMode: 'complete', checkpointLocation: folder })(
      addData(source, at('z', 27)),
      checkLastBatch('z 20 1', 'z 25 1'),
      restart,
      addData(source, at('a', 12)),
      checkLastBatch('z 20 1', 'z 25 1', 'a 10 1'),
      restart,
      addData(source, at('a', 2), at('z', 27)),
      checkLastBatch('z 20 2', 'z 25 2', 'a 10 1'),
    );
  });

  it('complete mode: sessions by end, then key', () => {
    const source = memoryStream<Event>();
    const first = readStream(source).pipe(
      withWatermark((e) => e.s * 1000, '30 seconds'),
      groupByKey((e) => e.k),
      sessionWindow('5 seconds'),
      count(),
      limit(2),
      select((row) => row.key),
    );
    return testStream(first, { outputMode: 'complete', checkpointLocation: folder })(
      addData(source, at('z', 20), at('c', 20), at('b', 20)),
      checkLastBatch('b', 'c'),
      restart,
      addData(source, at('a', 20)),
      checkLastBatch('a', 'b'),
    );
  });

  it.each(['window', 'session'] as const)('append mode, %s: by end, then key', (kind) => {
    const source = memoryStream<Event>();
    const first = readStream(source).pipe(
      withWatermark((e) => e.s * 1000, '0 seconds'),
      groupByKey((e) => e.k),
      kind === 'window' ? window('10 seconds') : sessionWindow('5 seconds'),
      count(),
      limit(2),
      select((row) => row.key),
    );
    return testStream(first, { checkpointLocation: folder })(
      addData(source, at('z', 5), at('m', 5), at('c', 5)),
      checkNewAnswer(),
      restart,
      addData(source, at('d', 5)),
      addData(source, at('x', 50)),
      checkNewAnswer('c', 'd'),
    );
  });
});
