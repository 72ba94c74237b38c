import { resolve } from 'node:path';
import { realPathOf } from '../checkpoint/realPathOf.js';
import type { StreamSink } from './sink.js';

/** The sinks of one query, by the names of their options. */
export type SinksByOption = Readonly<Record<string, StreamSink<never> | undefined>>;

/**
 * Two file sinks of a query in one folder would take each other for another run there; one sink of any kind
 * given twice would take the second rows of a batch for a repetition of the first.
 *
 * Errors: RangeError, before the query starts.
 */
export function requireOwnFolders(sinks: SinksByOption): void {
  const writers = new Map<string, string>();
  const names = new Map<StreamSink<never>, string>();
  for (const [name, sink] of Object.entries(sinks)) {
    if (sink === undefined) continue;
    const twin = names.get(sink);
    if (twin !== undefined) {
      throw new RangeError(
        `writeStream: ${name} is the same sink as ${twin}, which would see each batch id twice: give each a sink of its own`,
      );
    }
    names.set(sink, name);
    if (sink.writes === undefined) continue;
    const folder = realPathOf(resolve(sink.writes.folder));
    const other = writers.get(folder);
    if (other !== undefined) {
      throw new RangeError(
        `writeStream: ${name} writes to ${sink.writes.folder}, as ${other} does: give each a folder of its own`,
      );
    }
    writers.set(folder, name);
  }
}
