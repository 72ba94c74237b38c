// Start a query

export { type ErrorCode, errorCodes, StreamingError } from './lib/errors.js';
export type { OutputMode } from './lib/plan/outputMode.js';
export type {
  SinkProgress,
  SourceProgress,
  StateOperatorProgress,
  StreamingQueryProgress,
} from './lib/query/progress.js';
export {
  queries,
  type StreamingQueryListener,
  type StreamingQueryManager,
} from './lib/query/queries.js';
export type { QueryState, StateRow } from './lib/query/queryState.js';
export { readBatch } from './lib/query/readBatch.js';
export { type ReadStateOptions, readState, type StoredStateRow } from './lib/query/readState.js';
export type { RestartEvent, RestartOptions } from './lib/query/restartPolicy.js';
export type { FailedRow, LateRow } from './lib/query/sideRows.js';
export { StreamingQuery, type StreamingQueryStatus } from './lib/query/streamingQuery.js';
export { type WriteStreamOptions, writeStream } from './lib/query/writeStream.js';
export type { SavepointInfo } from './lib/savepoint/beginSavepoint.js';
export { DataStream, planOf } from './lib/stream/dataStream.js';
export { lateRows } from './lib/stream/lateRows.js';
export { type ReadStreamOptions, readStream } from './lib/stream/readStream.js';
export type { RowPolicy } from './lib/stream/sourceNode.js';

// Look at it

export { type DisplayOptions, display } from './lib/page/display.js';
export { livePage } from './lib/page/livePage.js';
export type { LivePage, LivePageOptions } from './lib/page/livePageOptions.js';
export { type ProgressBar, progressBar } from './lib/terminal/progressBar.js';
export { statusLine } from './lib/terminal/statusLine.js';

// Sources

export { type CsvFilesOptions, csvFiles } from './lib/sources/csvFiles.js';
export { type Durable, type DurableOptions, durable } from './lib/sources/durable.js';
export type { TextRow } from './lib/sources/files/textFormat.js';
export { type JsonFilesOptions, jsonFiles } from './lib/sources/jsonFiles.js';
export {
  type MemoryStream,
  type MemoryStreamOptions,
  memoryStream,
} from './lib/sources/memoryStream.js';
export { type RateOptions, rate } from './lib/sources/rate.js';
export { type RatePerBatchOptions, ratePerBatch } from './lib/sources/ratePerBatch.js';
export type { RateRow } from './lib/sources/rateRow.js';
export { type SchemaOfOptions, schemaOf } from './lib/sources/schemaOf.js';
export { type SocketLinesOptions, type SocketRow, socketLines } from './lib/sources/socketLines.js';
export type {
  Json,
  RowChunks,
  Source,
  SourceContext,
  SourceReport,
  StreamSource,
  WrittenFolder,
} from './lib/sources/source.js';
export { type TextFilesOptions, textFiles } from './lib/sources/textFiles.js';

// Sinks

export { type ConsoleSinkOptions, consoleSink } from './lib/sinks/consoleSink.js';
export { type FileSinkOptions, fileSink } from './lib/sinks/fileSink.js';
export { foreach, type RowWriter } from './lib/sinks/foreach.js';
export { foreachBatch } from './lib/sinks/foreachBatch.js';
export { type MemoryBatch, type MemorySink, memorySink } from './lib/sinks/memorySink.js';
export { noopSink } from './lib/sinks/noopSink.js';
export { readManifest, type SinkManifest } from './lib/sinks/readManifest.js';
export type { Sink, SinkContext, StreamSink } from './lib/sinks/sink.js';

export type { ByteBatch, ByteChange, BytePage, ByteStore } from './lib/state/byteStore.js';

// Rows

export type { BatchInfo } from './lib/plan/batchInfo.js';
export { distinct } from './operators/distinct.js';
export { type DropDuplicatesOptions, dropDuplicates } from './operators/dropDuplicates.js';
export { dropDuplicatesWithinWatermark } from './operators/dropDuplicatesWithinWatermark.js';
export { explode } from './operators/explode.js';
export { limit } from './operators/limit.js';
export { named } from './operators/named.js';
export { asc, desc, type OrderKey, type OrderOptions, orderBy } from './operators/orderBy.js';
export { outputMode } from './operators/outputMode.js';
export { select } from './operators/select.js';
export { union } from './operators/union.js';
export { validate } from './operators/validate.js';
export { where } from './operators/where.js';
export { withColumns } from './operators/withColumns.js';

// Time

export type { DurationInput } from './lib/time/duration.js';
export type { TimeWindow } from './lib/time/timeWindow.js';
export { type SessionWindowOptions, sessionWindow } from './operators/sessionWindow.js';
export { type WindowedBy, type WindowOptions, window } from './operators/window.js';
export { type WindowOfOptions, windowOf } from './operators/windowOf.js';
export { windowTime } from './operators/windowTime.js';
export {
  type EventTime,
  type TimeColumn,
  type WithWatermarkOptions,
  withWatermark,
} from './operators/withWatermark.js';

// Groups

export type {
  DimensionsOf,
  Grouped,
  GroupedRow,
  GroupingMark,
  ValueOf,
  Windowed,
} from './lib/plan/groupedRow.js';
export { aggregate, type ResultsOf } from './operators/aggregate.js';
export type {
  Aggregate,
  AggregateOptions,
  Numeric,
  NumericResult,
} from './operators/aggregates/aggregate.js';
export type { Aggregates } from './operators/aggregates/aggregates.js';
export { fromMonoid } from './operators/aggregates/fromMonoid.js';
export { count } from './operators/count.js';
export {
  type FlatMapGroupsOptions,
  flatMapGroupsWithState,
} from './operators/flatMapGroupsWithState.js';
export { type GroupByKeyOptions, groupByKey, type KeyOf } from './operators/groupByKey.js';
export type { GroupState } from './operators/internal/groupState/groupState.js';
export { type MapGroupsOptions, mapGroupsWithState } from './operators/mapGroupsWithState.js';
export { observe } from './operators/observe.js';
export {
  type CallTimes,
  type ListState,
  type MapState,
  type StateHandle,
  type StateProcessor,
  type TimeMode,
  type Timers,
  type TransformContext,
  transformWithState,
  type ValueState,
  type VariableOptions,
} from './operators/transformWithState.js';

// Operators of your own

export type { MaybePromise } from './lib/maybe.js';
export type { NodeTraits, PlanNode, Stage, StageContext } from './lib/plan/planNode.js';
export type { QueryShape } from './lib/plan/queryShape.js';
export { type Entry, entryKey, entryTime, isDirty } from './lib/state/entry.js';
export type {
  ChangedEntries,
  KeyedTable,
  Merging,
  Pairs,
  StateStore,
  TableOptions,
  TimedTable,
  Zero,
} from './lib/state/stateStore.js';

// Joins

export { between } from './operators/between.js';
export {
  type JoinBound,
  type JoinConditions,
  type JoinEquality,
  type Joined,
  type JoinKeys,
  type JoinTimeKeys,
  type JoinType,
  joinWith,
  type StaticJoinOptions,
  type StaticJoinType,
  type StreamJoinConditions,
  type StreamJoinOptions,
  type TimeBound,
} from './operators/joinWith.js';
export {
  type StaticBatch,
  type StaticInput,
  type StaticRows,
  staticRows,
} from './operators/staticRows.js';

// Schemas

export { parseDdl } from './lib/schema/ddl.js';
export { Decimal, type DecimalInput } from './lib/schema/decimal.js';
export { formatDdl } from './lib/schema/formatDdl.js';
export type { RowOf, TypedStruct } from './lib/schema/rowOf.js';
export { field, structType, type TypedField } from './lib/schema/structType.js';
export type { DataType, StructField, StructType } from './lib/schema/types.js';
export type { StructShape } from './lib/schema/valueOf.js';

// Triggers

export { asap } from './lib/triggers/asap.js';
export { availableNow } from './lib/triggers/availableNow.js';
export { continuous } from './lib/triggers/continuous.js';
export { once } from './lib/triggers/once.js';
export { processingTime } from './lib/triggers/processingTime.js';
export type { Trigger } from './lib/triggers/trigger.js';
