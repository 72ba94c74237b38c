import type { StageContext } from '../../lib/plan/planNode.js';

/**
 * The watermark (ms) as a user's function sees it: the eviction watermark; 0 before any row has been
 * seen. The closing batch evicts everything, up to infinity; there the function still sees the last
 * watermark that rows have reached, and -1 if there is none (`readBatch`), as in Spark.
 */
export function currentWatermarkMs(ctx: StageContext): number {
  if (Number.isFinite(ctx.evictionWatermark)) return ctx.evictionWatermark;
  return Number.isFinite(ctx.lateWatermark) ? ctx.lateWatermark : -1;
}
