// Start a query
export { readStream, type ReadStreamOptions } from './lib/stream/readStream.js';
export { writeStream, type WriteStreamOptions } from './lib/query/writeStream.js';
export { StreamingQuery, type StreamingQueryStatus } from './lib/query/streamingQuery.js';
export { queries, type StreamingQueryListener } from './lib/query/queries.js';
export { DataStream } from './lib/stream/dataStream.js';
export { StreamingError, type ErrorCode, errorCodes } from './lib/errors.js';

// Rows
export { where } from './operators/where.js';
export { select } from './operators/select.js';
export { withColumns } from './operators/withColumns.js';
export { explode } from './operators/explode.js';
export { union } from './operators/union.js';
export { named } from './operators/named.js';
export { outputMode } from './operators/outputMode.js';

// Time
export { withWatermark, type WithWatermarkOptions } from './operators/withWatermark.js';

// Sources
export { memoryStream, type MemoryStream } from './lib/sources/memoryStream.js';

// Sinks
export { memorySink, type MemorySink } from './lib/sinks/memorySink.js';
export { noopSink } from './lib/sinks/noopSink.js';

// Triggers
export { asap } from './lib/triggers/asap.js';
export { processingTime } from './lib/triggers/processingTime.js';
export { once } from './lib/triggers/once.js';
export { availableNow } from './lib/triggers/availableNow.js';
export { continuous } from './lib/triggers/continuous.js';
export type { Trigger } from './lib/triggers/trigger.js';
