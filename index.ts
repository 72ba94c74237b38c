// Start a query
export { readStream, type ReadStreamOptions } from './lib/stream/readStream.js';
export { writeStream, type WriteStreamOptions } from './lib/query/writeStream.js';
export { StreamingQuery, type StreamingQueryStatus } from './lib/query/streamingQuery.js';
export type {
  SinkProgress,
  SourceProgress,
  StateOperatorProgress,
  StreamingQueryProgress,
} from './lib/query/progress.js';
export type { FailedRow, LateRow } from './lib/query/sideRows.js';
export { queries, type StreamingQueryListener } from './lib/query/queries.js';
export { DataStream } from './lib/stream/dataStream.js';
export { type ErrorCode, errorCodes, StreamingError } from './lib/errors.js';

// Rows
export { where } from './operators/where.js';
export { select } from './operators/select.js';
export { withColumns } from './operators/withColumns.js';
export { explode } from './operators/explode.js';
export { union } from './operators/union.js';
export { named } from './operators/named.js';
export { outputMode } from './operators/outputMode.js';
export { dropDuplicates, type DropDuplicatesOptions } from './operators/dropDuplicates.js';
export { dropDuplicatesWithinWatermark } from './operators/dropDuplicatesWithinWatermark.js';
export { distinct } from './operators/distinct.js';
export { limit } from './operators/limit.js';
export { asc, desc, orderBy, type OrderOptions } from './operators/orderBy.js';

// Time
export { withWatermark, type WithWatermarkOptions } from './operators/withWatermark.js';
export { window, type WindowOptions } from './operators/window.js';
export { sessionWindow } from './operators/sessionWindow.js';
export { windowTime } from './operators/windowTime.js';
export type { TimeWindow } from './lib/time/timeWindow.js';
export type { DurationInput } from './lib/time/duration.js';

// Groups
export { groupByKey, type GroupByKeyOptions } from './operators/groupByKey.js';
export { aggregate } from './operators/aggregate.js';
export { count } from './operators/count.js';
export { observe } from './operators/observe.js';
export { fromMonoid } from './operators/aggregates/fromMonoid.js';
export { mapGroupsWithState } from './operators/mapGroupsWithState.js';
export { flatMapGroupsWithState } from './operators/flatMapGroupsWithState.js';
export type { GroupState } from './operators/internal/groupState/groupState.js';
export { transformWithState } from './operators/transformWithState.js';

// Joins
export { joinWith } from './operators/joinWith.js';
export { between } from './operators/between.js';
export { staticRows } from './operators/staticRows.js';

// Sources
export { memoryStream, type MemoryStream } from './lib/sources/memoryStream.js';
export { rate } from './lib/sources/rate.js';
export { ratePerBatch } from './lib/sources/ratePerBatch.js';
export { socketLines } from './lib/sources/socketLines.js';
export { durable } from './lib/sources/durable.js';

// Sinks
export { memorySink, type MemorySink } from './lib/sinks/memorySink.js';
export { consoleSink } from './lib/sinks/consoleSink.js';
export { fileSink } from './lib/sinks/fileSink.js';
export { foreach } from './lib/sinks/foreach.js';
export { foreachBatch } from './lib/sinks/foreachBatch.js';
export { noopSink } from './lib/sinks/noopSink.js';

// Triggers
export { asap } from './lib/triggers/asap.js';
export { processingTime } from './lib/triggers/processingTime.js';
export { once } from './lib/triggers/once.js';
export { availableNow } from './lib/triggers/availableNow.js';
export { continuous } from './lib/triggers/continuous.js';
export type { Trigger } from './lib/triggers/trigger.js';
