import type { Observable } from 'rxjs';
import { type LiveOptions, liveSource } from './liveSource.js';
import { type SourceNode, sourceNode } from './sourceNode.js';

/** A plain Observable as a leaf of the plan. */
export function liveSourceNode(observable: Observable<unknown>, options?: LiveOptions): SourceNode {
  return sourceNode(liveSource(observable, options), observable);
}
