/**
 * Event time of what an RxJS operator emits: that of the input object it is; else, while a row is
 * being passed in, that row's; else none.
 */
export class EventTimes {
  private readonly byRow: Map<unknown, number> | WeakMap<object, number> | undefined;
  private row: unknown;
  private time = Number.NaN;
  private entered = false;

  /**
   * @param needed whether an operator downstream reads event time; if not, nothing is remembered.
   * @param endless in a live subscription rows must not be kept alive; in a batch its end frees them.
   */
  constructor(
    private readonly needed: boolean,
    endless: boolean,
  ) {
    if (needed) this.byRow = endless ? new WeakMap<object, number>() : new Map<unknown, number>();
  }

  /** `row` is about to be passed in. */
  enter(row: unknown, time: number): void {
    this.row = row;
    this.time = time;
    this.entered = true;
    if (this.needed && typeof row === 'object' && row !== null) {
      (this.byRow as Map<unknown, number>).set(row, time);
    }
  }

  leave(): void {
    this.entered = false;
    this.row = undefined;
  }

  /** The time of an emitted row; `undefined`: it has none and an operator downstream needs one. */
  of(row: unknown): number | undefined {
    if (!this.needed) return this.entered ? this.time : Number.NaN;
    if (this.entered && row === this.row) return this.time;
    if (typeof row === 'object' && row !== null) {
      const known = (this.byRow as Map<unknown, number>).get(row);
      if (known !== undefined) return known;
    }
    return this.entered ? this.time : undefined;
  }
}
