import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expectTypeOf } from 'expect-type';
import { from, lastValueFrom, type Observable, of, toArray } from 'rxjs';
import {
  count,
  type FailedRow,
  groupByKey,
  memorySink,
  memoryStream,
  readStream,
  validate,
  window,
  withWatermark,
  writeStream,
} from '../../index.js';

interface Click {
  readonly user: string;
  readonly at: number;
}

/** As zod's `z.object({ user: z.string(), at: z.coerce.number() })`. */
const clickSchema: StandardSchemaV1<unknown, Click> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const { user, at } = Object(value) as { user?: unknown; at?: unknown };
      if (typeof user === 'string') return { value: { user, at: Number(at) } };
      return { issues: [{ message: 'expected text', path: ['user'] }] };
    },
  },
};
const good = { user: 'ada', at: '5', more: true };
const bad = { user: 7, at: '6' };

describe('validate', () => {
  it('gives what the schema makes of a row', async () => {
    const clicks = from([good] as unknown[]).pipe(validate(clickSchema));
    expectTypeOf(clicks).toEqualTypeOf<Observable<Click>>();
    expect(await lastValueFrom(clicks.pipe(toArray()))).toEqual([{ user: 'ada', at: 5 }]);
  });

  it('ends a live subscription with the issues', async () => {
    const clicks = readStream(from([good, bad] as unknown[])).pipe(validate(clickSchema));
    await expect(lastValueFrom(clicks)).rejects.toMatchObject({
      code: 'ROW_INVALID',
      params: { operator: 'validate', vendor: 'test', issues: 'user: expected text' },
    });
  });

  const clicksOf = (source: Observable<unknown>) => source.pipe(validate(clickSchema));

  it('fails the batch, or keeps the row apart', async () => {
    const source = memoryStream<unknown>();
    source.addData(good, bad, good);
    const failing = writeStream(clicksOf(readStream(source)), { sink: memorySink() });
    await expect(failing.awaitTermination()).rejects.toMatchObject({
      code: 'BATCH_FAILED',
      params: { operator: 'validate-0' },
      cause: { code: 'ROW_INVALID' },
    });

    const sink = memorySink<Click>();
    const apart = memoryStream<unknown>();
    const query = writeStream(clicksOf(readStream(apart)), { sink, failedRows: 'deadLetter' });
    const failed: FailedRow[] = [];
    query.failed$.subscribe((row) => failed.push(row));
    apart.addData(good, bad, good);
    await query.processAllAvailable();
    await query.stop();
    expect(sink.rows()).toEqual([
      { user: 'ada', at: 5 },
      { user: 'ada', at: 5 },
    ]);
    expect(failed).toEqual([
      expect.objectContaining({
        row: bad,
        operator: 'validate-0',
        error: expect.objectContaining({ code: 'ROW_INVALID' }),
      }),
    ]);
  });

  it('keeps the event time of a row', async () => {
    const counts = of({ user: 'ada', at: 5, time: 1 }, { user: 'ada', at: 5, time: 70_000 }).pipe(
      withWatermark('time', 0),
      validate(clickSchema),
      groupByKey('user'),
      window('1 minute', { timestamps: 'ms' }),
      count(),
    );
    expect(await lastValueFrom(counts.pipe(toArray()))).toEqual([
      { key: 'ada', window: { start: 0, end: 60_000 }, count: 1 },
      { key: 'ada', window: { start: 60_000, end: 120_000 }, count: 1 },
    ]);
  });

  it.each([undefined, null, {}, (row: unknown) => row])(
    'refuses what is no Standard Schema: %p',
    (schema) => {
      expect(() => validate(schema as never)).toThrow(TypeError);
      expect(() => validate(schema as never)).toThrow('validate takes a Standard Schema');
    },
  );
});
