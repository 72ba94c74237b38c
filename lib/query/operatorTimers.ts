import { earliest } from '../time/earliest.js';

/** The earliest timer in processing time of each operator (ms since the epoch). */
export class OperatorTimers {
  private readonly byOperator = new Map<string, number>();

  /** `at`: of this operator; undefined: it waits for none. */
  set(operator: string, at: number | undefined): void {
    if (at === undefined) this.byOperator.delete(operator);
    else this.byOperator.set(operator, at);
  }

  /** Of all operators. */
  get first(): number | undefined {
    return earliest(this.byOperator.values());
  }
}
