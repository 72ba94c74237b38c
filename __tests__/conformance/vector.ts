/** A conformance vector as its README describes it: a query and what a real Spark answered. */

export type Row = Readonly<Record<string, unknown>>;
export type Comparison = readonly [column: string, cmp: string, literal: unknown];

export type Plan =
  | { readonly op: 'source'; readonly name: string }
  | { readonly op: 'filter'; readonly in: Plan; readonly where: readonly Comparison[] }
  | {
      readonly op: 'map';
      readonly in: Plan;
      readonly set: Readonly<Record<string, readonly [string, string, number]>>;
    }
  | { readonly op: 'explode'; readonly in: Plan; readonly column: string; readonly as: string }
  | { readonly op: 'select'; readonly in: Plan; readonly columns: readonly string[] }
  | {
      readonly op: 'rename';
      readonly in: Plan;
      readonly names: Readonly<Record<string, string>>;
    }
  | {
      readonly op: 'windowTime';
      readonly in: Plan;
      readonly window: string;
      readonly as: string;
    }
  | {
      readonly op: 'withWatermark';
      readonly in: Plan;
      readonly column: string;
      readonly delayMs: number;
    }
  | {
      readonly op: 'withWindow';
      readonly in: Plan;
      readonly column: string;
      readonly as: string;
      readonly durationMs: number;
    }
  | AggregatePlan
  | {
      readonly op: 'dropDuplicates';
      readonly in: Plan;
      readonly columns: readonly string[];
      readonly withinWatermark: boolean;
    }
  | { readonly op: 'distinct'; readonly in: Plan }
  | { readonly op: 'union'; readonly inputs: readonly Plan[] }
  | JoinPlan
  | StaticJoinPlan
  | { readonly op: 'limit'; readonly in: Plan; readonly n: number }
  | {
      readonly op: 'sort';
      readonly in: Plan;
      readonly by: readonly (readonly [string, 'asc' | 'desc'])[];
    }
  | {
      readonly op: 'groupState';
      readonly in: Plan;
      readonly keys: readonly string[];
      readonly function: string;
      readonly timeout: 'none' | 'eventTime';
      readonly mode: 'append' | 'update';
    }
  | ProcessPlan
  | ScriptPlan;

export interface WindowPlan {
  readonly column?: string;
  readonly window?: string;
  readonly durationMs?: number;
  readonly slideMs?: number;
  readonly startMs?: number;
  readonly as?: string;
  readonly sessionGapMs?: number | { readonly column: string; readonly unitMs: number };
}

export interface AggregatePlan {
  readonly op: 'aggregate';
  readonly in: Plan;
  readonly keys: readonly string[];
  readonly window: WindowPlan | null;
  readonly aggs: Readonly<Record<string, readonly [string, string?]>>;
}

export interface ProcessPlan {
  readonly op: 'process';
  readonly in: Plan;
  readonly keys: readonly string[];
  readonly function: string;
  readonly timeMode: 'none' | 'eventTime';
  /** The column with the event time of what the function gives. */
  readonly eventTime?: string;
}

/** A state function that does what the column `c` says; columns `k`, (`at`), `x` come out. */
export interface ScriptPlan {
  readonly op: 'script';
  readonly in: Plan;
  readonly kind: 'groupState' | 'process';
  readonly mode: 'append' | 'update';
  readonly timeMode: 'none' | 'eventTime' | 'processingTime';
  readonly eventTime?: string;
  readonly ttl?: Readonly<Record<string, number>>;
  readonly initial?: readonly (readonly [key: string, state: string])[];
}

export interface JoinPlan {
  readonly op: 'join';
  readonly left: Plan;
  readonly right: Plan;
  readonly type: 'inner' | 'leftOuter' | 'rightOuter' | 'fullOuter' | 'leftSemi' | 'leftAnti';
  readonly on?: readonly (readonly [string, string])[];
  readonly within?: readonly {
    readonly left: string;
    readonly cmp: '<' | '<=' | '>' | '>=';
    readonly right: string;
    readonly plusMs: number;
  }[];
  readonly where?: readonly Comparison[];
}

export interface StaticJoinPlan {
  readonly op: 'staticJoin';
  readonly in: Plan;
  readonly type: JoinPlan['type'];
  readonly on: readonly (readonly [string, string])[];
  readonly rows: readonly Row[];
  /** `in` is the right side. */
  readonly tableIsLeft?: boolean;
}

export interface ExpectedState {
  readonly operator: string;
  readonly total: number;
  readonly updated: number;
  readonly removed: number;
  readonly dropped: number;
}

export interface ExpectedBatch {
  readonly batchId: number;
  readonly step?: number;
  readonly inputRows: number;
  readonly watermarkMs: number | null;
  readonly rows: readonly Row[];
  readonly state: readonly ExpectedState[];
}

export interface Vector {
  readonly name: string;
  readonly family: string;
  readonly outputMode: 'append' | 'update' | 'complete';
  /** `timeZone` is Spark's session time zone: it must not change an answer. */
  readonly conf: { readonly multipleWatermarkPolicy?: 'min' | 'max'; readonly timeZone?: string };
  readonly sources: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  readonly plan: Plan;
  readonly feed: 'stepwise' | 'drained';
  /** A clock that moves by an interval after each step's rows: `expectRows` has the rows of each step. */
  readonly clock?: { readonly startMs: number; readonly intervalMs: number };
  readonly steps: readonly { readonly add: Readonly<Record<string, readonly Row[]>> }[];
  readonly expect?: readonly ExpectedBatch[];
  readonly expectRows?: readonly (readonly Row[])[];
  readonly refused?: {
    readonly condition: string;
    readonly message: string;
    readonly atStart: boolean;
  };
}
