/** A row that came after the watermark had passed it: it changed nothing. */
export interface LateRow {
  readonly row: unknown;
  /** The row's event time, ms. A windowed operator has tested the end of the row's window. */
  readonly eventTimeMs: number;
  readonly watermarkMs: number;
  /** Operator id: `aggregate-0`. */
  readonly operator: string;
  readonly batchId: number;
}

/** A record that a source could not decode, or a row that an operator could not take. */
export interface FailedRow {
  readonly row: unknown;
  /** Operator id, or the source's description. */
  readonly operator: string;
  readonly eventTimeMs: number | null;
  readonly error: { readonly message: string; readonly code?: string };
  readonly batchId: number;
}
