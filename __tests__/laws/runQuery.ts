import type { MonoTypeOperatorFunction, Observable } from 'rxjs';
import {
  type MemorySink,
  type MemoryStream,
  memorySink,
  memoryStream,
  type StreamingQueryProgress,
  type Trigger,
  writeStream,
} from '../../index.js';
import { MemoryFileSystem } from '../../lib/checkpoint/memoryFileSystem.js';
import { MemoryByteStore, MemoryBytes } from '../../state/memoryByteStore.js';
import { buildPlan, type Source } from '../conformance/buildPlan.js';
import type { Row } from '../conformance/vector.js';
import type { Query, Steps } from './plans.js';

/** A query over memory, and its sources. */
export interface Running {
  readonly rows$: Observable<Row>;
  add(step: Steps[number]): void;
  complete(): void;
}

export function prepare(
  { plan, sources }: Query,
  between?: MonoTypeOperatorFunction<Row>,
): Running {
  const made = new Map<string, Source>();
  for (const [name, prefix] of Object.entries(sources)) {
    const columns = ['time', 'k', 'j', 'v'].map((column) => prefix + column);
    made.set(name, { stream: memoryStream<Row>(), columns });
  }
  const streams = [...made].map(([name, { stream }]) => [name, stream] as const);
  return {
    rows$: buildPlan(plan, made, between).rows$,
    add: (step) => {
      for (const [name, stream] of streams) addTo(stream, step[name] ?? []);
    },
    complete: () => {
      for (const [, stream] of streams) stream.complete();
    },
  };
}

function addTo(stream: MemoryStream<Row>, rows: readonly Row[]): void {
  stream.addData(...rows);
}

export interface RunOptions {
  readonly outputMode?: 'append' | 'update' | 'complete';
  readonly trigger?: Trigger;
  /** On a checkpoint, whose files and bytes are in memory. Default false. */
  readonly stored?: boolean;
  /** Stopped and started again behind these steps. */
  readonly restarts?: readonly boolean[];
  /** Crashes once in the first batch of these steps, before its commit. */
  readonly crashes?: readonly boolean[];
  /** Between a step and the next. */
  readonly between?: () => void;
  /** All sources complete behind the last step. Default true. */
  readonly completes?: boolean;
}

export interface Batch {
  readonly batchId: number;
  readonly rows: readonly Row[];
}

export interface Answer {
  readonly batches: readonly Batch[];
  readonly rows: readonly Row[];
  readonly progress: readonly StreamingQueryProgress[];
}

/** Runs a query step by step. */
export async function run(query: Query, steps: Steps, options: RunOptions = {}): Promise<Answer> {
  const running = prepare(query);
  const batches: Batch[] = [];
  const progress: StreamingQueryProgress[] = [];
  const files = new MemoryFileSystem();
  const bytes = new MemoryBytes();
  let crashing = false;
  const start = () => {
    const sink: MemorySink<Row> = memorySink<Row>();
    const started = writeStream(running.rows$, {
      sink,
      outputMode: options.outputMode ?? 'append',
      ...(options.trigger ? { trigger: options.trigger } : {}),
      ...(options.stored
        ? {
            checkpointLocation: '/checkpoint',
            stateStore: () => new MemoryByteStore(bytes),
            stateCacheEntries: 1,
          }
        : {}),
      internals: {
        ...(options.stored ? { fileSystem: files } : {}),
        killPoint: (point) => {
          if (!crashing || point !== 'kp4:after') return;
          crashing = false;
          throw new Error('planned crash');
        },
      },
    });
    started.progress$.subscribe({
      next: (one) => {
        progress.push(one);
        const rows = sink.batches().find(({ batchId }) => batchId === one.batchId)?.rows ?? [];
        batches.push({ batchId: one.batchId, rows });
      },
      error: () => undefined,
    });
    return started;
  };
  let active = start();
  const settle = async (): Promise<void> => {
    try {
      await active.processAllAvailable();
    } catch (error) {
      if (!String(error).includes('planned crash')) throw error;
      active = start();
      await active.processAllAvailable();
    }
  };
  for (const [i, step] of steps.entries()) {
    crashing = options.crashes?.[i] ?? false;
    running.add(step);
    options.between?.();
    await settle();
    crashing = false;
    if (!options.restarts?.[i]) continue;
    await active.stop();
    active = start();
  }
  if (options.completes !== false) {
    running.complete();
    options.between?.();
    await active.awaitTermination();
  }
  await active.stop();
  return { batches, rows: batches.flatMap(({ rows }) => rows), progress };
}

/** Rows as texts in any order. */
export function bag(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => JSON.stringify(ordered(row))).sort();
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}
