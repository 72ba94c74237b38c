import type { NexmarkEvent } from '../event.js';

/**
 * A query as a careful programmer would write it for a bounded input: the ceiling for any engine in
 * one thread. It keeps its state in memory, flushes once at the end, and checks nothing.
 */
export interface Loop {
  batch(events: readonly NexmarkEvent[]): void;
  end(): void;
}

export type Emit = (row: object) => void;

export const windowMs = 10_000;
export const slideMs = 2000;
export const gapMs = 10_000;

export const nothingLeft = (): void => undefined;
