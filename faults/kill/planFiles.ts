import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpointFile } from '../../lib/checkpoint/checkpointFile.js';
import type { PlanEntry } from '../../lib/query/queryCheckpoint.js';

/** The plans of a query, gathered from its checkpoint whenever its process is dead. */
export class PlanFiles {
  readonly plans = new Map<number, PlanEntry>();
  private readonly texts = new Map<number, string>();

  constructor(
    private readonly directory: string,
    /** Plans that the query has removed since. */
    private readonly forgotten?: string,
  ) {}

  /** Answers what is wrong: a plan that has been written may never change. */
  gather(): string | undefined {
    const folders = this.forgotten === undefined ? [] : [this.forgotten];
    for (const folder of [...folders, this.directory]) {
      const flaw = this.gatherIn(folder);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  }

  private gatherIn(folder: string): string | undefined {
    for (const name of namesIn(folder)) {
      if (!/^\d+$/.test(name)) continue;
      const batchId = Number(name);
      const bytes = readFileSync(join(folder, name));
      const text = bytes.toString('latin1');
      const before = this.texts.get(batchId);
      if (before !== undefined && before !== text) return `plan ${batchId} has changed`;
      if (before !== undefined) continue;
      const decoded = decodeCheckpointFile(bytes, 'plan');
      if (decoded._tag === 'Left') return `plan ${batchId} cannot be read after a kill`;
      this.texts.set(batchId, text);
      this.plans.set(batchId, decoded.right.body as unknown as PlanEntry);
    }
    return undefined;
  }
}

export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
