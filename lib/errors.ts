/**
 * Messages by code, sorted. A message names the operator, file or option, the offending value, and how
 * to mend it. Codes are stable within a major version, messages are not.
 */
const messages = {
  BATCH_FAILED: (p: { batchId: number; operator: string; ranges: string; reason: string }) =>
    `batch ${p.batchId} failed in ${p.operator} (${p.ranges}): ${p.reason}`,
  SOURCE_RANGE_GONE: (p: { source: string; wanted: string; available: string; fix: string }) =>
    `${p.source} no longer has ${p.wanted}, which the checkpoint has planned; it has ${p.available}: ${p.fix}`,
  WATERMARK_REQUIRED: (p: { operator: string }) =>
    `${p.operator} needs a withWatermark above it: add withWatermark(row => row.time, '10 minutes') before it`,
};

export type ErrorCode = keyof typeof messages;
export type ParamsOf<C extends ErrorCode> = Parameters<(typeof messages)[C]>[0];

/** Every code there is, sorted. */
export const errorCodes = Object.keys(messages) as readonly ErrorCode[];

/**
 * Every failure caused by data, query shape or storage. Branch on `code`, never on `message`.
 *
 * @example
 * query.awaitTermination().catch((e) => {
 *   if (e instanceof StreamingError && e.code === 'BATCH_FAILED') console.error(e.params, e.cause);
 * });
 */
export class StreamingError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'StreamingError';
  constructor(
    readonly code: C,
    readonly params: ParamsOf<C>,
    options?: ErrorOptions,
  ) {
    super((messages[code] as (p: ParamsOf<C>) => string)(params), options);
  }
}
