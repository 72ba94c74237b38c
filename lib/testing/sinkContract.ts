import type { FileSystem } from '../checkpoint/fileSystem.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import type { OutputMode } from '../plan/outputMode.js';
import type { SinkContext, StreamSink } from '../sinks/sink.js';

/** What a sink must show of itself to be checked: a new, empty sink, and a reader of its target. */
export interface SinkUnderTest<T> {
  readonly sink: StreamSink<T>;
  /** Everything a reader of the target sees, in the order of writing where the sink keeps one. */
  read(): readonly T[] | Promise<readonly T[]>;
  /** Given if the sink promises that a batch written again has no second effect. */
  readonly idempotent: boolean;
  /** Given if what was written is there after `close` and `open`. */
  readonly durable: boolean;
  readonly fileSystem: FileSystem;
}

/** One law of the sink port: answers why it is broken, or undefined. */
export interface SinkCheck {
  readonly name: string;
  /** Whether the law is asked of this sink. */
  readonly applies: (subject: SinkUnderTest<unknown>) => boolean;
  run<T>(subject: SinkUnderTest<T>, rows: readonly T[]): Promise<string | undefined>;
}

const contextNames: OptionNames<SinkContext> = {
  queryId: true,
  queryName: true,
  outputMode: true,
  nextBatchId: true,
  sinceBatchId: true,
  replayedUpTo: true,
  durable: true,
  fileSystem: true,
  now: true,
  schema: true,
};

/**
 * The context of a first run of a query in `mode`.
 *
 * @example
 * const opened = await sink.open(sinkContext(new MemoryFileSystem(), { outputMode: 'update' }));
 * @since 0.1.0
 */
export function sinkContext(
  fileSystem: FileSystem,
  changes: Partial<SinkContext> = {},
): SinkContext {
  requireKnownOptions<Partial<SinkContext>>('sinkContext', changes, contextNames);
  return {
    queryId: '5b3c8a50-0000-4000-8000-000000000001',
    queryName: undefined,
    outputMode: 'append',
    nextBatchId: 0,
    durable: true,
    fileSystem,
    schema: undefined,
    ...changes,
  };
}

/**
 * The laws of `lib/sinks/sink.ts` as checks without a test framework; `rows` are at least four
 * different rows. Each check takes a new subject.
 *
 * @example
 * for (const check of sinkChecks) {
 *   it(check.name, async () => {
 *     if (check.applies(sinkSubject())) {
 *       expect(await check.run(sinkSubject(), ['a', 'b', 'c', 'd'])).toBeUndefined();
 *     }
 *   });
 * }
 * @since 0.1.0
 */
export const sinkChecks: readonly SinkCheck[] = [
  {
    name: 'a batch is visible when addBatch has answered',
    applies: () => true,
    run: async (subject, rows) => {
      const running = await opened(subject);
      await running.addBatch(0, rows.slice(0, 2), modeOf(subject));
      const seen = await subject.read();
      await running.close();
      return same(seen, rows.slice(0, 2));
    },
  },
  {
    name: 'an empty batch changes nothing',
    applies: (subject) => subject.sink.modes.includes('append'),
    run: async (subject, rows) => {
      const running = await opened(subject);
      await running.addBatch(0, rows.slice(0, 1), 'append');
      await running.addBatch(1, [], 'append');
      const seen = await subject.read();
      await running.close();
      return same(seen, rows.slice(0, 1));
    },
  },
  {
    name: 'append adds batch after batch, in order',
    applies: (subject) => subject.sink.modes.includes('append'),
    run: async (subject, rows) => {
      const running = await opened(subject);
      for (const [batchId, row] of rows.entries()) await running.addBatch(batchId, [row], 'append');
      const seen = await subject.read();
      await running.close();
      return same(seen, rows);
    },
  },
  {
    name: 'complete replaces what was there',
    applies: (subject) => subject.sink.modes.includes('complete') && subject.durable,
    run: async (subject, rows) => {
      const running = await opened(subject, 'complete');
      await running.addBatch(0, rows.slice(0, 2), 'complete');
      await running.addBatch(1, rows.slice(1, 4), 'complete');
      const seen = await subject.read();
      await running.close();
      return same(seen, rows.slice(1, 4));
    },
  },
  {
    name: 'the same batch id twice takes effect once',
    applies: (subject) => subject.idempotent,
    run: async (subject, rows) => {
      const running = await opened(subject);
      await running.addBatch(0, rows.slice(0, 2), modeOf(subject));
      await running.addBatch(0, rows.slice(0, 2), modeOf(subject));
      const seen = await subject.read();
      await running.close();
      return same(seen, rows.slice(0, 2));
    },
  },
  {
    name: 'the same batch id after a restart takes effect once',
    applies: (subject) => subject.idempotent && subject.durable,
    run: async (subject, rows) => {
      const before = await opened(subject);
      await before.addBatch(0, rows.slice(0, 1), modeOf(subject));
      await before.addBatch(1, rows.slice(1, 2), modeOf(subject));
      await before.close(new Error('the commit failed'));
      const after = await opened(subject, modeOf(subject), 1);
      await after.addBatch(1, rows.slice(1, 2), modeOf(subject));
      await after.addBatch(2, rows.slice(2, 3), modeOf(subject));
      const seen = await subject.read();
      await after.close();
      return same(seen, rows.slice(0, 3));
    },
  },
  {
    name: 'rows are not changed',
    applies: () => true,
    run: async (subject, rows) => {
      const given = Object.freeze([...rows]);
      const running = await opened(subject);
      await running.addBatch(0, given, modeOf(subject));
      await running.close();
      return same(given, rows);
    },
  },
];

async function opened<T>(subject: SinkUnderTest<T>, mode?: OutputMode, nextBatchId = 0) {
  const outputMode = mode ?? modeOf(subject);
  return subject.sink.open(sinkContext(subject.fileSystem, { outputMode, nextBatchId }));
}

function modeOf(subject: SinkUnderTest<unknown>): OutputMode {
  return subject.sink.modes.includes('append') ? 'append' : (subject.sink.modes[0] ?? 'append');
}

function same(seen: readonly unknown[], wanted: readonly unknown[]): string | undefined {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
  return a === b ? undefined : `the target holds ${a}, not ${b}`;
}
