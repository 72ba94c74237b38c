/** How a schema's columns become values: see the type table in docs/semantics.md. */
export interface RowOptions {
  /** DATE and TIMESTAMP as `Date` (default) or as ms since the epoch. */
  readonly timestamps?: 'date' | 'ms';
  /** BIGINT as `number` (default; beyond ±2^53 a bad record) or as `bigint`. */
  readonly bigints?: 'number' | 'bigint';
}

/** One column as the compiler keeps it: name, type, and whether it may be null. */
export type Column = readonly [name: string, type: unknown, nullable: boolean];

/** A DDL text that cannot be read, and why. Meets a developer in an editor only. */
export interface DdlProblem<Message extends string> {
  readonly DDL_INVALID: Message;
}
