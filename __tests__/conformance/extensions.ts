import type { Vector } from './vector.js';

/** A plan shape that Spark refuses and we run, on purpose: docs/semantics.md, "Beyond Spark". */
export interface Extension {
  readonly name: string;
  accepts(vector: Vector): boolean;
}

export const extensions: readonly Extension[] = [];
