import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHistogram, PerformanceObserver } from 'node:perf_hooks';
import { Subject } from 'rxjs';
import { aggregate, continuous, foreach, groupByKey, where, writeStream } from '../../index.js';

/** One setting measured in a process of its own: `measureLatency.js <options as JSON>`. */
export interface LatencyOptions {
  readonly rowsPerSecond: number;
  readonly seconds: number;
  /** A commit to LevelDB each second; otherwise state is in memory. */
  readonly durable: boolean;
}

/** From the instant at which a row was due to its result in the sink; µs. */
export interface Latency extends LatencyOptions {
  readonly rows: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Upper bounds (µs) with the share of rows at or below. */
  readonly histogram: readonly (readonly [us: number, share: number])[];
  readonly gcPauses: number;
  readonly gcLongestMs: number;
  readonly gcTotalMs: number;
}

interface Click {
  readonly user: number;
  /** ms of `performance.now()`. */
  readonly due: number;
}

const users = 10_000;
const warmUpSeconds = 3;

class GcPauses {
  readonly durations: number[] = [];
  private readonly observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) this.durations.push(duration);
  });

  begin(): void {
    this.observer.observe({ entryTypes: ['gc'] });
  }

  end(): void {
    this.observer.disconnect();
  }
}

export async function measureLatency(options: LatencyOptions): Promise<Latency> {
  const histogram = createHistogram();
  const gc = new GcPauses();
  const clicks = new Subject<Click>();
  const began = performance.now();
  const measuredFrom = began + warmUpSeconds * 1000;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-latency-'));
  const counts = clicks.pipe(
    where(({ user }) => user >= 0),
    groupByKey(({ user }) => user),
    aggregate((rows) => ({ clicks: rows.count(), due: rows.max(({ due }) => due) })),
  );
  const query = writeStream(counts, {
    sink: foreach<{ readonly due: number | null }>({
      process: ({ due }) => {
        if (due === null || due < measuredFrom) return;
        histogram.record(Math.max(1, Math.round((performance.now() - due) * 1e6)));
      },
    }),
    outputMode: 'update',
    trigger: continuous('1 second'),
    ...(options.durable ? { checkpointLocation: folder } : {}),
  });
  await query.processAllAvailable();
  setTimeout(() => gc.begin(), warmUpSeconds * 1000);
  await send(clicks, began, options);
  await query.processAllAvailable();
  gc.end();
  await query.stop();
  rmSync(folder, { recursive: true, force: true });
  return { ...options, ...figuresOf(histogram), ...pausesOf(gc.durations) };
}

/** So long (ms) at most the sender looks at the clock before it lets timers and writes have their turn. */
const lookMs = 0.05;

/**
 * Some multiplications between two looks at the clock, about a microsecond: each look leaves a number on
 * the heap, and a sender that does nothing else makes more garbage than the query.
 */
function pause(seed: number): number {
  let x = seed;
  for (let i = 0; i < 500; i++) x = Math.imul(x, 1664525) + 1013904223;
  return x;
}

/**
 * Row i is due at `began` + i / rate; whatever is due is sent, late or not. The sender waits by looking
 * at the clock, not by a timer: timers of Node are late by a millisecond, and each leaves garbage.
 */
function send(clicks: Subject<Click>, began: number, options: LatencyOptions): Promise<void> {
  const perMs = options.rowsPerSecond / 1000;
  const last = (options.seconds + warmUpSeconds) * options.rowsPerSecond;
  let sent = 0;
  let seed = 1;
  return new Promise((resolve) => {
    const turn = (): void => {
      const before = sent;
      const until = performance.now() + lookMs;
      for (let now = until - lookMs; now <= until && sent === before; now = performance.now()) {
        const dueRows = Math.min(last, Math.floor((now - began) * perMs) + 1);
        for (; sent < dueRows; sent++) {
          clicks.next({ user: (sent * 7919) % users, due: began + sent / perMs });
        }
        seed = pause(seed);
      }
      if (sent < last) setImmediate(turn);
      else resolve();
    };
    turn();
  });
}

function figuresOf(histogram: ReturnType<typeof createHistogram>) {
  const us = (percentile: number) => Math.round(histogram.percentile(percentile) / 1000);
  const bounds = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];
  return {
    rows: Number(histogram.count),
    p50: us(50),
    p99: us(99),
    p999: us(99.9),
    max: Math.round(histogram.max / 1000),
    histogram: bounds.map((bound) => [bound, shareUpTo(histogram, bound)] as const),
  };
}

/** The share of rows at or below so many µs: the percentile whose value that is, by bisection. */
function shareUpTo(histogram: ReturnType<typeof createHistogram>, us: number): number {
  let [low, high] = [0, 100];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (middle > 0 && histogram.percentile(middle) <= us * 1000) low = middle;
    else high = middle;
  }
  return Math.round(low * 1000) / 100_000;
}

function pausesOf(durations: readonly number[]) {
  return {
    gcPauses: durations.length,
    gcLongestMs: Math.round(Math.max(0, ...durations) * 10) / 10,
    gcTotalMs: Math.round(durations.reduce((sum, ms) => sum + ms, 0)),
  };
}

const [given] = process.argv.slice(2);
if (given?.startsWith('{')) console.log(JSON.stringify(await measureLatency(JSON.parse(given))));
