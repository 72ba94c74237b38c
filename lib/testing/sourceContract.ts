import type { Json, Source, SourceContext, SourceReport, StreamSource } from '../sources/source.js';

/** What a source must show of itself to be checked: a new, empty one, and a hand that fills it. */
export interface SourceUnderTest<T> {
  readonly source: StreamSource<T>;
  /**
   * The context of a run that goes on behind `resumeFrom`; the same directory, file system and so on
   * for all runs of one subject.
   */
  context(resumeFrom: Json): SourceContext;
  /** Lets rows arrive, behind all earlier ones; the source sees them when this has answered. */
  add(rows: readonly T[]): void | Promise<void>;
  /** Whether ranges can be read again by a new run: `replayable`, and what it reads is still there. */
  readonly survivesRestart: boolean;
  /** Rows that `'one batch'` takes at most, if the subject has a limit; at least 1. */
  readonly maxRowsPerBatch?: number;
}

/** One law of the source port: answers why it is broken, or undefined. */
export interface SourceCheck {
  readonly name: string;
  /** Whether the law is asked of this source. */
  applies(subject: SourceUnderTest<unknown>): boolean;
  /** `rows` are at least six different rows. */
  run<T>(subject: SourceUnderTest<T>, rows: readonly T[]): Promise<string | undefined>;
}

/**
 * The laws of `lib/sources/source.ts` as checks without a test framework. Each check takes a new
 * subject.
 *
 * @example
 * for (const check of sourceChecks) {
 *   it(check.name, async () => {
 *     const subject = sourceSubject();
 *     if (check.applies(subject)) expect(await check.run(subject, [...'abcdef'])).toBeUndefined();
 *   });
 * }
 * @since 0.1.0
 */
export const sourceChecks: readonly SourceCheck[] = [
  {
    name: 'nothing new: latestOffset answers null, or its start',
    applies: () => true,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        const empty = await source.latestOffset(null, 'everything');
        if (empty !== null) return `an empty source answers ${shown(empty)}`;
        await subject.add(rows.slice(0, 2));
        const end = await source.latestOffset(null, 'everything');
        if (end === null) return 'rows have come, and it answers null';
        const again = await source.latestOffset(end, 'everything');
        return again === null || shown(again) === shown(end) ? undefined : `it passes its own end`;
      }),
  },
  {
    name: 'offsets survive JSON',
    applies: () => true,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        await subject.add(rows.slice(0, 2));
        const end = throughJson(await source.latestOffset(null, 'everything'));
        return same(await rowsOf(source, null, end), rows.slice(0, 2));
      }),
  },
  {
    name: 'ranges are half open: side by side they give each row once, in order',
    applies: () => true,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        const seen: unknown[] = [];
        let at: Json = null;
        for (const part of [rows.slice(0, 1), rows.slice(1, 4), rows.slice(4)]) {
          await subject.add(part);
          const end: Json = await source.latestOffset(at, 'everything');
          seen.push(...(await rowsOf(source, at, end)));
          at = end;
        }
        return same(seen, rows);
      }),
  },
  {
    name: 'a range over several others gives their rows',
    applies: (subject) => subject.source.replayable,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        await subject.add(rows.slice(0, 2));
        const first = await source.latestOffset(null, 'everything');
        await subject.add(rows.slice(2));
        const end = await source.latestOffset(first, 'everything');
        const wrong = same(await rowsOf(source, first, end), rows.slice(2));
        return wrong ?? same(await rowsOf(source, null, end), rows);
      }),
  },
  {
    name: 'the same range gives the same rows, whatever came since',
    applies: (subject) => subject.source.replayable,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        await subject.add(rows.slice(0, 3));
        const end = await source.latestOffset(null, 'everything');
        const before = await rowsOf(source, null, end);
        await subject.add(rows.slice(3));
        return same(before, rows.slice(0, 3)) ?? same(await rowsOf(source, null, end), before);
      }),
  },
  {
    name: 'limits: each batch keeps to them, and all batches together give all rows',
    applies: (subject) => subject.maxRowsPerBatch !== undefined,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        for (const row of rows) await subject.add([row]);
        const batches = await batchesOf(source, null);
        const most = Math.max(...batches.map((batch) => batch.rows.length));
        const max = subject.maxRowsPerBatch ?? 1;
        if (most > max) return `a batch has ${most} rows, the limit is ${max}`;
        return same(
          batches.flatMap((batch) => batch.rows),
          rows,
        );
      }),
  },
  {
    name: 'limits: "everything" ignores them',
    applies: (subject) => subject.maxRowsPerBatch !== undefined,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        for (const row of rows) await subject.add([row]);
        const end = await source.latestOffset(null, 'everything');
        return same(await rowsOf(source, null, end), rows);
      }),
  },
  {
    name: 'after fixEnd nothing that comes later is passed',
    applies: () => true,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        await subject.add(rows.slice(0, 3));
        await source.fixEnd();
        await subject.add(rows.slice(3));
        const batches = await batchesOf(source, null);
        return same(
          batches.flatMap((batch) => batch.rows),
          rows.slice(0, 3),
        );
      }),
  },
  {
    name: 'commit forgets what lies before, and nothing else',
    applies: () => true,
    run: (subject, rows) =>
      withSource(subject, null, async (source) => {
        await subject.add(rows.slice(0, 2));
        const first = await source.latestOffset(null, 'everything');
        await rowsOf(source, null, first);
        await subject.add(rows.slice(2));
        const end = await source.latestOffset(first, 'everything');
        if (first === null || end === null) return 'rows have come, and it answers null';
        await source.commit(first);
        await source.commit(first);
        return same(await rowsOf(source, first, end), rows.slice(2));
      }),
  },
  {
    name: 'after a restart a planned range gives the same rows, and what comes next follows',
    applies: (subject) => subject.survivesRestart,
    run: async (subject, rows) => {
      await subject.add(rows.slice(0, 3));
      const planned = await withSource(subject, null, (source) =>
        source.latestOffset(null, 'everything'),
      );
      await subject.add(rows.slice(3));
      return withSource(subject, throughJson(planned), async (source) => {
        const wrong = same(await rowsOf(source, null, planned), rows.slice(0, 3));
        const end = await source.latestOffset(planned, 'everything');
        return wrong ?? same(await rowsOf(source, planned, end), rows.slice(3));
      });
    },
  },
  {
    name: 'stopped and started after each batch, it gives what it gives without a stop',
    applies: (subject) => subject.survivesRestart,
    run: async (subject, rows) => {
      for (const row of rows) await subject.add([row]);
      const seen: unknown[] = [];
      let at: Json = null;
      for (;;) {
        const from: Json = at;
        const batch = await withSource(subject, from, async (source) => {
          const end = await source.latestOffset(from, 'one batch');
          if (end === null || shown(end) === shown(from)) return undefined;
          const read = await rowsOf(source, from, end);
          await source.commit(end);
          return { end, read };
        });
        if (batch === undefined) return same(seen, rows);
        seen.push(...batch.read);
        at = throughJson(batch.end);
      }
    },
  },
  {
    name: 'close twice is fine, also while a range is being read',
    applies: () => true,
    run: async (subject, rows) => {
      await subject.add(rows);
      const source = await subject.source.open(subject.context(null));
      const end = await source.latestOffset(null, 'everything');
      if (end === null) return 'rows have come, and it answers null';
      for await (const _ of source.read(null, end, silent)) break;
      await source.close();
      await source.close();
      return undefined;
    },
  },
];

async function withSource<T, R>(
  subject: SourceUnderTest<T>,
  resumeFrom: Json,
  body: (source: Source<T>) => R | PromiseLike<R>,
): Promise<R> {
  const source = await subject.source.open(subject.context(resumeFrom));
  try {
    return await body(source);
  } finally {
    await source.close();
  }
}

/** Batches until nothing is new. */
async function batchesOf<T>(source: Source<T>, from: Json) {
  const batches: { readonly end: Json; readonly rows: readonly T[] }[] = [];
  for (let at = from; ; ) {
    const end = await source.latestOffset(at, 'one batch');
    if (end === null || shown(end) === shown(at)) return batches;
    batches.push({ end, rows: await rowsOf(source, at, end) });
    at = end;
  }
}

async function rowsOf<T>(source: Source<T>, after: Json, upTo: Json): Promise<readonly T[]> {
  const rows: T[] = [];
  if (upTo === null) return rows;
  for await (const chunk of source.read(after, upTo, silent)) rows.push(...chunk);
  return rows;
}

const silent: SourceReport = { failed: () => {}, dropped: () => {} };

function throughJson(offset: Json): Json {
  return JSON.parse(JSON.stringify(offset)) as Json;
}

function same(seen: readonly unknown[], wanted: readonly unknown[]): string | undefined {
  const [a, b] = [shown(seen), shown(wanted)];
  return a === b ? undefined : `the source gives ${a}, not ${b}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value);
}
