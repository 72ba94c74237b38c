/** A row that came after the watermark had passed it, or one of its windows. */
export interface LateRow {
  readonly row: unknown;
  /** The row's event time, ms. A windowed operator has tested the end of the row's window. */
  readonly eventTimeMs: number;
  readonly watermarkMs: number;
  /**
   * Windows of the row that were still open and have counted it; 0: the row has changed nothing. Above 0
   * only where windows overlap: whoever processes late rows again leaves these windows out.
   */
  readonly openWindows: number;
  /** Operator id: `aggregate-0`. */
  readonly operator: string;
  /** 0 in a live subscription (`lateRows`), which has no batches. */
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
