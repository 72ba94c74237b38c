import { AssertionError } from 'node:assert';
import { asyncScheduler, type Observable } from 'rxjs';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import type { FileSystem } from '../checkpoint/fileSystem.js';
import { MemoryFileSystem } from '../checkpoint/memoryFileSystem.js';
import { StreamingError } from '../errors.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { shown } from '../options/optionValues.js';
import type { OutputMode } from '../plan/outputMode.js';
import type { WatermarkPolicy } from '../plan/watermarkTracker.js';
import type { StreamingQueryProgress } from '../query/progress.js';
import type { StreamingQuery } from '../query/streamingQuery.js';
import { writeStream } from '../query/writeStream.js';
import { type MemorySink, memorySink } from '../sinks/memorySink.js';
import type { RowPolicy } from '../stream/sourceNode.js';
import { reasonOf } from '../thrown.js';
import { asap } from '../triggers/asap.js';
import type { Trigger } from '../triggers/trigger.js';
import type { ManualClock } from './manualClock.js';

/** How a script's query runs. */
export interface TestStreamOptions {
  readonly outputMode?: OutputMode;
  /** Default `asap(clock)`. */
  readonly trigger?: Trigger;
  readonly clock?: ManualClock;
  /** Needed by `restart` and `crash`; files and state live there. */
  readonly checkpointLocation?: string;
  /** Where that is: the disk (default), or a `MemoryFileSystem`, which has the state as well. */
  readonly fileSystem?: FileSystem;
  readonly multipleWatermarkPolicy?: WatermarkPolicy;
  readonly failedRows?: RowPolicy;
}

const optionNames: OptionNames<TestStreamOptions> = {
  outputMode: true,
  trigger: true,
  clock: true,
  checkpointLocation: true,
  fileSystem: true,
  multipleWatermarkPolicy: true,
  failedRows: true,
};

/** What an action works on. */
export interface TestRun {
  readonly options: TestStreamOptions;
  /** The running query; throws QUERY_NOT_ACTIVE if it is stopped: `restart` starts it again. */
  readonly query: StreamingQuery;
  /** Batches that reached the sink since the script began, over all starts. */
  readonly batches: readonly { readonly batchId: number; readonly rows: readonly unknown[] }[];
  readonly progress: readonly StreamingQueryProgress[];
  /** Rows that an earlier check has seen. */
  checked: number;
  start(killPoint?: (name: string) => void): void;
  stop(): Promise<void>;
  /** Waits until the query is idle or only time can move it. */
  settle(): Promise<void>;
}

/** One step of a script: a name for the failure, and what it does. */
export interface TestAction {
  readonly name: string;
  run(test: TestRun): Promise<void> | void;
}

/**
 * Runs a script of actions against a query over `stream`, after Spark's StreamTest. A failure shows the
 * script with an arrow at the action that failed.
 *
 * In:     a stream, usually over `memoryStream()`; a pipe may be run by many scripts.
 * Out:    a promise that rejects with the first failed action: an AssertionError (code ERR_ASSERTION)
 *         whose cause is what the action has thrown, a StreamingError if the query failed.
 * @example
 * const words = memoryStream<string>();
 * await testStream(readStream(words).pipe(groupByKey((w) => w), count()), { outputMode: 'update' })(
 *   addData(words, 'a', 'b', 'a'),
 *   checkNewAnswer({ key: 'a', count: 2 }, { key: 'b', count: 1 }),
 * );
 * @since 0.1.0
 */
export function testStream<T>(
  stream: Observable<T>,
  options: TestStreamOptions = {},
): (...actions: readonly TestAction[]) => Promise<void> {
  requireKnownOptions('testStream', options, optionNames);
  return async (...actions) => {
    for (const action of actions) checkAction(action);
    const run = new ScriptRun(stream, options);
    try {
      run.start();
      for (const [i, action] of actions.entries()) {
        try {
          await action.run(run);
        } catch (error) {
          const failure = new AssertionError({ message: scriptWithArrow(actions, i, error) });
          throw Object.assign(failure, { cause: error });
        }
      }
    } finally {
      await run.stop();
    }
  };
}

/** Refuses what a script without types takes for an action, such as `crash` without its call. */
function checkAction(action: unknown): void {
  if (typeof Reflect.get(Object(action), 'run') === 'function') return;
  const found = typeof action === 'function' ? `the function ${action.name} itself` : shown(action);
  throw new TypeError(
    `testStream takes actions such as addData(source, 1) and restart, got ${found}`,
  );
}

function scriptWithArrow(actions: readonly TestAction[], failed: number, error: unknown): string {
  const lines = actions.map((action, i) => `${i === failed ? '=> ' : '   '}${action.name}`);
  const reason = reasonOf(error);
  return `${reason}\n\nScript:\n${lines.join('\n')}`;
}

class ScriptRun implements TestRun {
  readonly batches: { readonly batchId: number; readonly rows: readonly unknown[] }[] = [];
  readonly progress: StreamingQueryProgress[] = [];
  checked = 0;
  private running: StreamingQuery | undefined;

  constructor(
    private readonly stream: Observable<unknown>,
    readonly options: TestStreamOptions,
  ) {}

  get query(): StreamingQuery {
    if (!this.running) throw new StreamingError('QUERY_NOT_ACTIVE', { name: 'of this script' });
    return this.running;
  }

  start(killPoint?: (name: string) => void): void {
    const { options } = this;
    const sink: MemorySink<unknown> = memorySink<unknown>();
    const query = writeStream(this.stream, {
      sink,
      trigger: options.trigger ?? asap(options.clock ?? asyncScheduler),
      ...given('outputMode', options.outputMode),
      ...given('checkpointLocation', options.checkpointLocation),
      ...given('multipleWatermarkPolicy', options.multipleWatermarkPolicy),
      ...given('failedRows', options.failedRows),
      ...given('stateStore', stateIn(options.fileSystem)),
      internals: {
        ...given('fileSystem', options.fileSystem),
        ...given('killPoint', killPoint),
      },
    });
    query.progress$.subscribe({
      next: (progress) => {
        this.progress.push(progress);
        const batch = sink.batches().find(({ batchId }) => batchId === progress.batchId);
        this.batches.push({ batchId: progress.batchId, rows: batch?.rows ?? [] });
      },
      error: () => undefined,
    });
    this.running = query;
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  async settle(): Promise<void> {
    const { execution } = this.query.internals;
    // Quiet three times in a row: what the microtask queue had scheduled has begun by then.
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
      if (execution.isWorking) quiet = -1;
    }
    if (this.query.exception) throw this.query.exception;
  }
}

const statesOf = new WeakMap<FileSystem, Map<string, MemoryBytes>>();

/** State beside a checkpoint in memory is in memory, and lives as long; undefined: on disk, in LevelDB. */
function stateIn(
  fileSystem: FileSystem | undefined,
): ((directory: string) => MemoryByteStore) | undefined {
  if (!(fileSystem instanceof MemoryFileSystem)) return undefined;
  const states = statesOf.get(fileSystem) ?? new Map<string, MemoryBytes>();
  statesOf.set(fileSystem, states);
  return (directory) => {
    const bytes = states.get(directory) ?? new MemoryBytes();
    states.set(directory, bytes);
    return new MemoryByteStore(bytes);
  };
}

function given<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: V };
}
