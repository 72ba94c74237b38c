import * as O from 'fp-ts/lib/Option.js';
import { StreamingError } from '../../../lib/errors.js';
import type { StageContext } from '../../../lib/plan/planNode.js';
import type { DurationInput } from '../../../lib/time/duration.js';
import { currentWatermarkMs } from '../currentWatermark.js';
import type { GroupState, GroupTimeout } from './groupState.js';
import type { StoredGroup } from './storedGroup.js';
import { timeoutDurationMs, timeoutTimestampMs } from './timeoutRules.js';

/** What all calls of one operator share. */
export interface GroupCalls {
  readonly operator: string;
  readonly timeout: GroupTimeout;
  readonly ctx: StageContext;
}

/** The state of one key during one call of the user's function. */
export class GroupStateCall implements GroupState<unknown> {
  private defined: boolean;
  private state: unknown;
  /** Cleared at each call: only what this call sets counts. */
  private timeoutMs = Number.NaN;
  private changed = false;
  private over = false;

  constructor(
    private readonly calls: GroupCalls,
    private readonly prior: StoredGroup | undefined,
    private readonly timedOut: boolean,
  ) {
    this.defined = prior?.defined ?? false;
    this.state = prior?.state;
  }

  /** Ends the call: what is to be kept; `prior` itself if nothing has changed; undefined: nothing. */
  end(): StoredGroup | undefined {
    this.over = true;
    const { prior, timeoutMs } = this;
    if (!this.defined && Number.isNaN(timeoutMs)) return undefined;
    if (!this.changed && prior !== undefined && Object.is(timeoutMs, prior.timeoutMs)) return prior;
    return { defined: this.defined, state: this.defined ? this.state : null, timeoutMs };
  }

  get exists(): boolean {
    this.alive('exists');
    return this.defined;
  }

  get hasTimedOut(): boolean {
    this.alive('hasTimedOut');
    return this.timedOut;
  }

  get(): O.Option<unknown> {
    this.alive('get');
    return this.defined ? O.some(this.state) : O.none;
  }

  update(state: unknown): void {
    this.alive('update');
    if (state === null || state === undefined) {
      const { operator } = this.calls;
      throw new StreamingError('STATE_NULL', { operator, what: 'the state given to update' });
    }
    this.state = state;
    this.defined = true;
    this.changed = true;
  }

  remove(): void {
    this.alive('remove');
    this.state = undefined;
    this.defined = false;
    this.changed = true;
  }

  setTimeoutDuration(duration: DurationInput): void {
    this.alive('setTimeoutDuration');
    this.requireKind('setTimeoutDuration', 'processingTime');
    const { ctx, operator } = this.calls;
    this.timeoutMs = ctx.batchTimestampMs + timeoutDurationMs(duration, operator);
  }

  setTimeoutTimestamp(timestamp: number | Date, additional?: DurationInput): void {
    this.alive('setTimeoutTimestamp');
    this.requireKind('setTimeoutTimestamp', 'eventTime');
    const { ctx, operator } = this.calls;
    const watermarkMs = ctx.hasWatermark ? currentWatermarkMs(ctx) : undefined;
    this.timeoutMs = timeoutTimestampMs(timestamp, additional, watermarkMs, operator);
  }

  getCurrentWatermarkMs(): number {
    this.alive('getCurrentWatermarkMs');
    const { ctx, operator } = this.calls;
    if (!ctx.hasWatermark) throw new StreamingError('GROUP_STATE_NO_WATERMARK', { operator });
    return currentWatermarkMs(ctx);
  }

  getCurrentProcessingTimeMs(): number {
    this.alive('getCurrentProcessingTimeMs');
    return this.calls.ctx.batchTimestampMs;
  }

  private alive(called: string): void {
    if (!this.over) return;
    const { operator } = this.calls;
    throw new StreamingError('GROUP_STATE_CALL_OVER', { operator, called });
  }

  private requireKind(called: string, needed: GroupTimeout): void {
    const { operator, timeout } = this.calls;
    if (timeout === needed) return;
    throw new StreamingError('GROUP_STATE_TIMEOUT_KIND', { operator, called, timeout, needed });
  }
}
