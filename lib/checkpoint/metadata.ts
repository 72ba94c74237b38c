import type { Json } from '../sources/source.js';
import { isForm } from './jsonForm.js';

/** What a checkpoint remembers of its query, to tell an edit that may go on from one that may not. */
export interface QueryMetadata {
  readonly queryId: string;
  /** ms since the epoch. */
  readonly createdMs: number;
  /** Stateful operators in plan order. */
  readonly operators: readonly OperatorMetadata[];
  readonly sources: readonly PartMetadata[];
  readonly sink: SinkMetadata;
  /** Of several watermarks; absent: there is one, or none, or an older release wrote this. */
  readonly watermarkPolicy?: string;
}

export interface OperatorMetadata {
  readonly id: string;
  readonly kind: string;
  /** What must not change, as JSON; null: nothing beside the kind. */
  readonly signature: Json;
  /** Names of the columns that make the key; absent: a function gives it, or an older release wrote this. */
  readonly keyColumns?: readonly string[];
  /** Names of results that are kept by their place. */
  readonly resultNames?: readonly string[];
  /** Bounds that say when state leaves, as text. */
  readonly bounds?: readonly string[];
  /** Groups have left the state, or will; absent: none does, or an older release wrote this. */
  readonly forgets?: true;
}

export interface PartMetadata {
  readonly kind: string;
  /** For errors. */
  readonly description: string;
  readonly signature: Json;
}

export interface SinkMetadata extends PartMetadata {
  /** First batch that it got: behind the savepoint in a query made `from` one; absent: 0. */
  readonly sinceBatchId?: number;
}

/** undefined: `body` is no metadata. */
export function metadataOf(body: Json, queryId: string): QueryMetadata | undefined {
  if (!isForm(body)) return undefined;
  const { createdMs, operators, sources, sink } = body;
  if (typeof createdMs !== 'number' || !Array.isArray(operators) || !Array.isArray(sources)) {
    return undefined;
  }
  const isKnown = operators.every(isOperator) && sources.every(isPart) && isPart(sink);
  return isKnown ? ({ ...body, queryId } as unknown as QueryMetadata) : undefined;
}

function isOperator(json: Json): boolean {
  return isForm(json) && typeof json.id === 'string' && typeof json.kind === 'string';
}

function isPart(json: Json | undefined): boolean {
  return isForm(json) && typeof json.kind === 'string' && typeof json.description === 'string';
}

export function metadataBody(metadata: QueryMetadata): Json {
  const { queryId: _ofTheFile, ...body } = metadata;
  return JSON.parse(JSON.stringify(body)) as Json;
}
