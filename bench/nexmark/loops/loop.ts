import type { NexmarkEvent } from '../event.js';

/**
 * A query as a careful programmer would write it for a bounded input: the ceiling for any engine in
 * one thread. It keeps its state in memory and checks nothing. What is updated comes out after each
 * batch, as in update mode; windows and sessions come out once, at the end.
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

/** The groups that a batch has changed, each once. */
export class Changed<G extends { changed: boolean }> {
  private groups: G[] = [];

  add(group: G): void {
    if (group.changed) return;
    group.changed = true;
    this.groups.push(group);
  }

  take(): readonly G[] {
    const { groups } = this;
    for (const group of groups) group.changed = false;
    this.groups = [];
    return groups;
  }
}
