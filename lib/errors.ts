import { withoutPassword } from './withoutPassword.js';

/** What every damaged checkpoint says: the command that repairs it, and what that costs. */
const repair =
  "'millrace verify <checkpoint>' says what is lost, and 'millrace restore <checkpoint> --from <savepoint>' goes on from the last savepoint: the batches since then run again";

/** The name of a type in a sentence: 'an Error', 'a Promise', 'a URL'. */
function withArticle(name: string): string {
  return `${/^[aeio]/i.test(name) ? 'an' : 'a'} ${name}`;
}

/**
 * Messages by code, sorted. A message names the operator, file or option, the offending value, and how
 * to mend it. Codes are stable within a major version, messages are not.
 */
const messages = {
  AGGREGATE_NEEDS_WATERMARK: (p: { operator: string; reason: string; fix: string }) =>
    `${p.operator} is not possible in append mode: ${p.reason}, so no group ever closes: ${p.fix}`,
  AGGREGATE_VALUE_INVALID: (p: { aggregate: string; expected: string; found: string }) =>
    `${p.aggregate} takes ${p.expected}, got ${p.found}: convert the value in the function given to ${p.aggregate}`,
  BAD_RECORD: (p: {
    source: string;
    file: string;
    line: number;
    reason: string;
    excerpt: string;
    mode?: string;
  }) =>
    `${p.source}: line ${p.line} of ${p.file} is no record of the schema: ${p.reason}, in ${p.excerpt}; mend the file, ${p.mode === 'PERMISSIVE' ? "or, since PERMISSIVE puts no null into a NOT NULL column, leave NOT NULL out, or give the source mode: 'DROPMALFORMED' (counted)" : "or give the source mode: 'PERMISSIVE' (nulls) or 'DROPMALFORMED' (counted)"}`,
  BATCH_FAILED: (p: {
    batchId: number;
    operator: string;
    ranges: string;
    reason: string;
    key?: string;
    hint?: string;
  }) =>
    `batch ${p.batchId} failed in ${p.operator}${p.key === undefined ? '' : ` at key ${p.key}`} (${p.ranges}): ${p.reason}${p.hint === undefined ? '' : `; ${p.hint}`}`,
  BUFFER_FULL: (p: { source: string; bufferSize: number }) =>
    `${p.source} gave more rows than fit between two batches (bufferSize ${p.bufferSize}): raise bufferSize, choose whenFull: 'dropOldest' or 'dropNewest', or slow the source`,
  CHECKPOINT_CONCURRENT: (p: { file: string; batchId: number }) =>
    `batch ${p.batchId} has been planned by another run (${p.file} exists): only one query may use a checkpoint, stop the other`,
  CHECKPOINT_COPIED: (p: { directory: string; expected: string; found: string }) =>
    `${p.directory} is a copy of another checkpoint (identity ${p.found}, written as ${p.expected}): two queries with one id would defeat the sink; if the original is gone for good, delete the file 'identity' in the copy`,
  CHECKPOINT_DAMAGED: (p: { file: string; reason: string }) =>
    `${p.file} is damaged: ${p.reason}; the sink may hold what it planned; ${repair}`,
  CHECKPOINT_EXISTS: (p: { directory: string; savepoint: string }) =>
    `${p.directory} is not empty, so nothing can be started there from savepoint ${p.savepoint}: leave out 'from' to go on with the checkpoint that it holds, or name another folder`,
  CHECKPOINT_FORMAT_UNSUPPORTED: (p: { file: string; found: string; supported: string }) =>
    `${p.file} has format ${p.found}, this build reads ${p.supported}: use the release that wrote it; nothing was changed`,
  CHECKPOINT_GAP: (p: { directory: string; missing: number; newest: number }) =>
    `${p.directory} has no plan of batch ${p.missing} though the newest is ${p.newest}; ${repair}`,
  CHECKPOINT_INCOMPATIBLE: (p: { what: string; change: string; allowed: string }) =>
    `the checkpoint was written by another query: ${p.what} ${p.change}; ${p.allowed}`,
  CHECKPOINT_LOCATION: (p: { directory: string; reason: string; fix: string }) =>
    `${p.directory} cannot be a checkpoint: ${p.reason}: ${p.fix}`,
  CHECKPOINT_LOCKED: (p: { directory: string; owner: string }) =>
    `${p.directory} is in use by ${p.owner}: stop that query first, or give this one another checkpointLocation`,
  CHECKPOINT_POSITION: (p: {
    directory: string;
    planned: string;
    committed: string;
    reason: string;
  }) =>
    `${p.directory} has planned ${p.planned} and committed ${p.committed}: ${p.reason}; ${repair}`,
  CHECKPOINT_QUERY_ID: (p: { file: string; expected: string; found: string }) =>
    `${p.file} belongs to query ${p.found}, the checkpoint to query ${p.expected}: files of two checkpoints were mixed, restore them from one backup`,
  CLOCK_WENT_BACK: (p: { source: string; now: string; planned: string }) =>
    `${p.source}: the clock says ${p.now}, but this checkpoint has planned rows up to ${p.planned}: set the clock right, or wait until then`,
  COLUMN_UNKNOWN: (p: { operator: string; column: string; columns: string }) =>
    `${p.operator} reads the column ${p.column}, which its rows do not have: they have ${p.columns}; mend the name, declare the column in the schema of the source, or give a function of the row`,
  DDL_INVALID: (p: { problem: string; line: number; column: number; excerpt: string }) =>
    `schema is no DDL: ${p.problem} at line ${p.line}, column ${p.column}\n${p.excerpt}`,
  DECODE_THREAD_ENDED: (p: { source: string; file: string; reason: string }) =>
    `the thread that decodes lines of ${p.source} has ended in the middle of ${p.file} (${p.reason}): start the query again, and with decodeThreads: 0 if it happens again`,
  DEDUPE_MODE: (p: { operator: string }) =>
    `${p.operator} may not follow an aggregation in complete mode, where every batch repeats the whole table: put it before the aggregation, or use append or update mode`,
  DURABLE_FULL: (p: { source: string; maxBytes: number }) =>
    `${p.source}: rows not yet committed fill maxBytes (${p.maxBytes} bytes): push again after the query has committed, or raise maxBytes`,
  DURABLE_IN_USE: (p: { source: string }) =>
    `${p.source} is read by another query already: make a durable source for each query`,
  DURABLE_LOG_FAILED: (p: { source: string; path: string; reason: string }) =>
    `${p.source}: writing ${p.path} failed (${p.reason}); rows that were not acknowledged may or may not be kept: start the query again`,
  DURABLE_NEEDS_CHECKPOINT: (p: { source: string }) =>
    `${p.source} keeps its rows in the checkpoint, and there is none: give writeStream a checkpointLocation`,
  DURABLE_ROW_NOT_ENCODABLE: (p: { source: string; path: string; found: string }) =>
    `${p.source}: the row cannot be kept, ${p.path} is ${p.found}: push plain values, Dates, bytes, Maps, Sets, arrays and objects`,
  EVENT_TIME_INVALID: (p: { value: string }) =>
    `event time must be a Date, ms since the epoch, a luxon DateTime or null, got ${p.value}: convert it, or declare the column TIMESTAMP`,
  GROUPING_LOST: (p: { operator: string; grouping: string }) =>
    `${p.operator} stands behind ${p.grouping}, and would lose its groups: put ${p.operator} before groupByKey and windows, or behind the aggregate that reads them`,
  GROUPING_REPEATED: (p: { operator: string; what: string }) =>
    `${p.operator} stands behind another grouping that has ${p.what} already: give one key and one window, then aggregate; a second grouping may follow the aggregate`,
  GROUPING_REQUIRED: (p: { operator: string; found: string }) =>
    `${p.operator} works on keys, but stands behind ${p.found}: put groupByKey((row) => row.key) right before it, without a window`,
  GROUP_STATE_CALL_OVER: (p: { operator: string; called: string }) =>
    `${p.operator}: state.${p.called} was called after the function had returned, so it would be lost: use the state only while the function runs, not from a callback or after an await`,
  GROUP_STATE_DURATION: (p: { operator: string; value: string }) =>
    `${p.operator}: setTimeoutDuration needs a duration longer than 0 ms, got ${p.value}: give ms, or text such as '10 seconds'`,
  GROUP_STATE_INITIAL_DUPLICATE: (p: { operator: string; key: string }) =>
    `${p.operator}: initialState has key ${p.key} twice: give one state per key`,
  GROUP_STATE_MODE: (p: { operator: string; mode: string; reason: string; fix: string }) =>
    `${p.operator} is not possible in ${p.mode} mode: ${p.reason}: ${p.fix}`,
  GROUP_STATE_NO_WATERMARK: (p: { operator: string }) =>
    `${p.operator}: getCurrentWatermarkMs has nothing to answer, no watermark is above: add withWatermark(row => row.time, '10 minutes') before it`,
  GROUP_STATE_TIMEOUT_KIND: (p: {
    operator: string;
    called: string;
    timeout: string;
    needed: string;
  }) =>
    `${p.operator}: ${p.called} needs timeout: '${p.needed}', but the operator was built with timeout: '${p.timeout}': change the option or call the other setter`,
  GROUP_STATE_TIMEOUT_PAST: (p: { operator: string; timestampMs: number; watermarkMs: number }) =>
    `${p.operator}: setTimeoutTimestamp(${p.timestampMs}) lies before the current watermark ${p.watermarkMs}: give a time >= state.getCurrentWatermarkMs()`,
  GROUP_STATE_TIMESTAMP: (p: { operator: string; value: string }) =>
    `${p.operator}: setTimeoutTimestamp needs a Date or ms after 1970, and no negative addition, got ${p.value}: give event time in ms since the epoch`,
  JOIN_MODE_NOT_SUPPORTED: (p: { type: string; mode: string; fix: string }) =>
    `joinWith of type '${p.type}' between two streams is not possible in ${p.mode} mode: ${p.fix}`,
  JOIN_NEEDS_BOUND: (p: { type: string; side: string; fix: string }) =>
    `joinWith of type '${p.type}' would keep the rows of the ${p.side} for ever: ${p.fix}`,
  JOIN_NEEDS_EQUALITY: (p: { type: string }) =>
    `joinWith of type '${p.type}' has no equality key, so every row would meet every other: give on: [(l) => l.key, (r) => r.key], or onTime`,
  JOIN_NEEDS_EVENT_TIME: (p: { option: string; side: string }) =>
    `joinWith compares event times (${p.option}), but the ${p.side} has none: add withWatermark to it, or give the time as a function in ${p.option}`,
  JOIN_TYPE_NOT_SUPPORTED: (p: { type: string; sides: string; allowed: string }) =>
    `joinWith of type '${p.type}' is not possible between ${p.sides}, whose rows that never match cannot be known: use one of ${p.allowed}`,
  LIMIT_MODE: (p: { n: number }) =>
    `limit(${p.n}) is not possible in update mode, where a passed row may change later: use append mode, or complete mode after an aggregation`,
  LINE_TOO_LONG: (p: { source: string; maxBytes: number }) =>
    `${p.source}: a line is longer than ${p.maxBytes} bytes: raise maxLineBytes, or send shorter lines`,
  NESTED_STREAM: (_: Record<string, never>) =>
    'a DataStream was subscribed to inside a query, where it would run beside the checkpoint: join it with union or joinWith, or read it whole with readBatch',
  NO_ANSWER: (p: { operator: string; what: string; timeoutMs: number }) =>
    `${p.operator}: ${p.what} did not come within ${p.timeoutMs} ms: let the Observable complete, settle the promise (a request needs a time limit of its own), or raise rxTimeout`,
  OBSERVE_NAME_TAKEN: (p: { name: string }) =>
    `observe('${p.name}') stands twice in this query, and progress can show only one of them under this name: give each a name of its own`,
  OPERATOR_NOT_STATEFUL: (p: { operator: string }) =>
    `${p.operator} asked for state but its node says it has none: set traits.stateful on the node`,
  ORDER_BY_MODE: (p: { mode: string }) =>
    `orderBy is not possible ${p.mode}: a stream never ends, so only the whole table of an aggregation in complete mode can be sorted: use outputMode 'complete' and put orderBy behind the aggregation`,
  OUTPUT_MODE_TWICE: (p: { modes: string }) =>
    `outputMode stands more than once in this pipe (${p.modes}): keep one, it holds for the whole plan`,
  OUTPUT_MODE_UNSUPPORTED: (p: { operator: string; mode: string; reason: string; fix: string }) =>
    `${p.operator} cannot run in ${p.mode} mode: ${p.reason}; ${p.fix}`,
  PACKAGE_MISSING: (p: { feature: string; packages: string }) =>
    `${p.feature} needs packages that are not installed: npm install ${p.packages}`,
  PAGE_PORT_IN_USE: (p: { port: number }) =>
    `livePage: port ${p.port} is in use or may not be used: close what listens there, choose another port, or leave it out to take the next free one`,
  PLAN_ENDS_IN_GROUPING: (p: { operator: string }) =>
    `the pipe ends in ${p.operator}, which only describes groups: follow it with aggregate or count from millrace (RxJS's count is another operator)`,
  PLAN_LOST: (p: { name: string }) =>
    `${p.name} has a checkpointLocation, but its Observable carries no plan: a plain Observable or Subject needs readStream(…) round it; if it was made of a stream, an operator that RxJS does not lift (endWith, publish, multicast, the static merge, concat, combineLatest, defer …) cut the plan off: use union or joinWith instead, or leave checkpointLocation out`,
  QUERY_FAILED: (p: { name: string; reason: string }) => `query ${p.name} failed: ${p.reason}`,
  QUERY_NAME_TAKEN: (p: { name: string }) =>
    `a query named ${p.name} is already active: stop it first or choose another queryName`,
  QUERY_NOT_ACTIVE: (p: { name: string }) =>
    `query ${p.name} is not active: start it first, with writeStream, or with restart in a script of testStream`,
  RATE_OVERFLOW: (p: { seconds: number; rowsPerSecond: number }) =>
    `rate: value passes the largest whole number after ${p.seconds} s at rowsPerSecond ${p.rowsPerSecond}: take a smaller rate and a new checkpoint`,
  ROW_FUNCTION_ASYNC: (p: { operator: string; called: string }) =>
    `${p.operator}: ${p.called} returned a Promise, but a row cannot wait: await before it, in mergeMap(async (row) => …) or, where order matters, in concatMap`,
  ROW_INVALID: (p: { operator: string; vendor: string; issues: string }) =>
    `${p.operator}: a row is not as the ${p.vendor} schema says: ${p.issues}: mend where it comes from, or keep such rows apart with failedRows: 'deadLetter'`,
  RX_DID_NOT_COMPLETE: (p: { operator: string; timeoutMs: number }) =>
    `${p.operator} did not complete within ${p.timeoutMs} ms after the batch's last row: make its inner Observables complete, or raise rxTimeout`,
  RX_NOT_REPEATABLE: (p: { operator: string }) =>
    `${p.operator} answered without subscribing to the rows of this batch (shareReplay keeps old ones): leave it out, or move it behind the query`,
  RX_ROW_WITHOUT_EVENT_TIME: (p: { operator: string; reader: string }) =>
    `${p.operator} emitted a new row after its input row had passed, so it has no event time, which ${p.reader} needs: put withWatermark behind ${p.operator}, or give window a { time }`,
  SAVEPOINT_DAMAGED: (p: { directory: string; file: string; reason: string }) =>
    `savepoint ${p.directory} is damaged: ${p.file}: ${p.reason}; take an older savepoint, nothing was written`,
  SAVEPOINT_EXISTS: (p: { directory: string }) =>
    `${p.directory} is not empty: name a folder that is new for each savepoint`,
  SAVEPOINT_INCOMPLETE: (p: { directory: string }) =>
    `${p.directory} is no savepoint, or one that was cut short while it was written: it has no file SAVEPOINT; take another`,
  SAVEPOINT_LOCATION: (p: { directory: string; reason: string; fix: string }) =>
    `${p.directory} cannot be a savepoint: ${p.reason}: ${p.fix}`,
  SAVEPOINT_UNAVAILABLE: (p: { name: string; reason: string }) =>
    `no savepoint can be made of query ${p.name}: ${p.reason}`,
  SESSION_MODE: (p: { operator: string }) =>
    `${p.operator} over sessionWindow is not possible in update mode, where two sessions may become one: use append or complete mode`,
  SESSION_NEEDS_KEY: (p: { operator: string }) =>
    `${p.operator} over sessionWindow needs a key: put groupByKey((row) => row.key) before or behind sessionWindow`,
  SINK_CONCURRENT: (p: { path: string; batchId: number }) =>
    `another run has taken ${p.path} over at batch ${p.batchId}: only one query may write there, stop the other`,
  SINK_DAMAGED: (p: { file: string; reason: string }) =>
    `manifest ${p.file} of a file sink is damaged: ${p.reason}; nothing was changed, restore the folder from a backup or write to a new one`,
  SINK_FOREIGN: (p: { path: string; owner: string; queryId: string }) =>
    `${p.path} holds the output of query ${p.owner}, not of ${p.queryId}: give another folder, or the checkpointLocation that belongs to this one`,
  SINK_FORMAT_UNSUPPORTED: (p: { file: string; found: string; supported: string }) =>
    `manifest ${p.file} has format ${p.found}, this build reads ${p.supported}: use the release that wrote it; nothing was changed`,
  SINK_LOCATION: (p: { directory: string; reason: string; fix: string }) =>
    `${p.directory} cannot hold the output of a file sink: ${p.reason}: ${p.fix}`,
  SINK_PARTITION: (p: { path: string; column: string; value: string; reason: string }) =>
    `${p.path}: column ${p.column} of partitionBy is ${p.value}, which cannot be a folder: ${p.reason}`,
  SINK_POSITION: (p: { path: string; sink: number; checkpoint: number; reason: string }) =>
    `${p.path} holds ${p.sink === -1 ? 'no batch' : `batches up to ${p.sink}`}, the checkpoint goes on with ${p.checkpoint}: ${p.reason}; restore both from one backup, or start anew with a new folder and a new checkpoint`,
  SINK_ROW: (p: { format: string; value: string; reason: string }) =>
    `a row cannot be written as ${p.format}: ${p.value} ${p.reason}`,
  SINK_SCHEMA: (p: { format: string; problem: string; fix: string }) =>
    `the file sink cannot write these rows as ${p.format}: ${p.problem}: ${p.fix}`,
  SOURCE_CHANGED: (p: { source: string; file: string; change: string }) =>
    `${p.source}: ${p.file} has changed since it was planned: ${p.change}; what the batch would read is not what was planned, so move the old file itself back (a copy does for at most 128 KiB), or start on a new checkpoint. Files must appear whole: write under a name that starts with _ or . and rename`,
  SOURCE_CLEANS_SINK: (p: { source: string; cleanSource: string; path: string }) =>
    `${p.source}: cleanSource: '${p.cleanSource}' would take away files that the manifest of the file sink in ${p.path} names: leave cleanSource out; with retention the sink's own manifest lets old files go`,
  SOURCE_COLUMN_MISSING: (p: { source: string; file: string; column: string; found: string }) =>
    `${p.source}: the header of ${p.file} has no column ${p.column}, it has ${p.found}: mend the schema, or set enforceSchema: true to take columns by position`,
  SOURCE_COLUMN_TYPE: (p: {
    source: string;
    file: string;
    column: string;
    found: string;
    wanted: string;
  }) =>
    `${p.source}: column ${p.column} of ${p.file} is ${p.found}, the schema says ${p.wanted}: mend the schema, or leave the file out`,
  SOURCE_DATA_LOST: (p: {
    source: string;
    file: string;
    wanted: string;
    found: string;
    fix: string;
  }) =>
    `${p.source}: ${p.file}, or a part of it, is gone: wanted ${p.wanted}, found ${p.found}; ${p.fix}`,
  SOURCE_HAS_NO_END: (p: { source: string }) =>
    `availableNow and once need a source that ends, but ${p.source} has not completed: use another trigger, or durable(…) with a log of its own`,
  SOURCE_PATH_MISSING: (p: { path: string; given: string }) =>
    `${p.path} does not exist (the path was given as ${JSON.stringify(p.given)}): create the folder, or mend the path`,
  SOURCE_RANGE_GONE: (p: { source: string; wanted: string; available: string; fix: string }) =>
    `${p.source} no longer has ${p.wanted}, which the checkpoint has planned; it has ${p.available}: ${p.fix}`,
  SOURCE_READS_OUTPUT: (p: {
    source: string;
    path: string;
    output: string;
    folder: string;
    reason: string;
  }) =>
    `${p.source} reads ${p.path}, and ${p.output} of the same query writes to ${p.folder}: ${p.reason}; write to a folder beside what is read, or narrow the path of the source`,
  SOURCE_UNREACHABLE: (p: { source: string; reason: string; fix: string }) =>
    `${p.source} cannot be reached: ${p.reason}: ${p.fix}`,
  SOURCE_UNREADABLE: (p: { source: string; path: string; reason: string }) =>
    `${p.source}: ${p.path} cannot be read: ${p.reason}`,
  STATEFUL_CHAIN: (p: {
    operator: string;
    above: string;
    mode: string;
    reason: string;
    fix: string;
  }) =>
    `${p.operator} reads what ${p.above} emits, ${p.reason}: ${p.fix}, or split the query in two`,
  STATE_CLOSED: (p: { what: string }) =>
    `the state store is closed, ${p.what} came too late: open the query again`,
  STATE_CORRUPT: (p: { operator: string; table: string; batchId: number; reason: string }) =>
    `state of ${p.operator} (table ${p.table}) is damaged at batch ${p.batchId}: ${p.reason}; nothing was changed; ${repair}`,
  STATE_FORMAT_UNSUPPORTED: (p: { directory: string; found: string; supported: string }) =>
    `${p.directory} has state in format ${p.found}, this build reads ${p.supported}: use the release that wrote it; nothing was changed`,
  STATE_FUNCTION_ASYNC: (p: { operator: string; called: string }) =>
    `${p.operator}: ${p.called} returned a Promise, but state is only there while it runs: make it synchronous, and await before it (concatMap) or behind it`,
  STATE_NOT_CHECKED: (p: { reason: string }) =>
    `the state could not be checked, and may be sound: ${p.reason}; a reader reads all files of the state and copies its logs, beside it or among the temporary files: give it the right and the room, or let TMPDIR name a folder that has them`,
  STATE_NOT_ENCODABLE: (p: {
    operator: string;
    path: string;
    found: string;
    key?: string;
    table?: string;
  }) =>
    p.path === 'key'
      ? `${p.operator} cannot use a key that is, or holds, ${withArticle(p.found)}: a key is null, a boolean, number, bigint, string, Date, Uint8Array or Decimal, or an array or plain object of these ({ ...row } makes one of an instance of a class)`
      : `state of ${p.operator}${p.key === undefined ? '' : ` at key ${p.key}`} cannot keep ${p.path}${p.table === undefined ? '' : ` (table ${p.table})`}, which is ${withArticle(p.found)}: use null, boolean, number, bigint, string, Date, Uint8Array, Decimal, arrays, Maps, Sets or plain objects`,
  STATE_NULL: (p: { operator: string; what: string }) =>
    `${p.operator}: ${p.what} may not be null or undefined: remove or clear the state to say that there is none`,
  STATE_OPEN_FAILED: (p: { directory: string; reason: string }) =>
    `the state in ${p.directory} does not open: ${p.reason}; nothing was deleted; mend the cause, or: ${repair}`,
  STATE_OPERATOR_UNKNOWN: (p: { operator: string; known: string; table?: string }) =>
    p.table === undefined
      ? `no operator ${p.operator} keeps state in this query: take one of ${p.known}, as explain() shows them`
      : `${p.operator} has no table ${p.table} of state: take one of ${p.known}, or leave table out`,
  STATE_OUTCOME_UNKNOWN: (p: { reason: string }) =>
    `a write of state failed and may or may not be there (${p.reason}): start the query again, it goes on from what it finds`,
  STATE_READ_FAILED: (p: { reason: string }) =>
    `state could not be read (${p.reason}): mend the cause and start the query again, nothing was committed`,
  STOP_TIMEOUT: (p: { name: string; timeoutMs: number }) =>
    `query ${p.name} did not stop within ${p.timeoutMs} ms: its sink or source hangs; the batch is committed if that answers, and runs again if the process ends before`,
  TRANSFORM_LIST_EMPTY: (p: { operator: string; variable: string; called: string }) =>
    `${p.operator}: ${p.called} of list state "${p.variable}" got no elements: call clear() to empty the list`,
  TRANSFORM_OUTSIDE_CALL: (p: { operator: string; called: string; where: string }) =>
    `${p.operator}: ${p.called} is not possible ${p.where}: declare state variables in init, use them and timers only inside the handlers`,
  TRANSFORM_ROW_TOO_OLD: (p: { operator: string; timeMs: number; watermarkMs: number }) =>
    `${p.operator}: a row with event time ${p.timeMs} was emitted, not later than the watermark ${p.watermarkMs}, so the operators behind would drop it: emit rows newer than ctx.getCurrentWatermarkMs()`,
  TRANSFORM_TIMERS_NONE: (p: { operator: string; called: string }) =>
    `${p.operator}: ${p.called} needs timeMode: 'processingTime' or 'eventTime', but the operator was built with timeMode: 'none'`,
  TRANSFORM_TIMER_TIME: (p: { operator: string; called: string; value: string }) =>
    `${p.operator}: ${p.called} needs a Date or a finite number of ms since the epoch, got ${p.value}`,
  TRANSFORM_TTL: (p: { operator: string; variable: string; problem: string }) =>
    `${p.operator}: state "${p.variable}": ${p.problem}`,
  TRANSFORM_VARIABLE_CHANGED: (p: {
    operator: string;
    variable: string;
    was: string;
    is: string;
  }) =>
    `${p.operator}: state "${p.variable}" is ${p.was} in the checkpoint, but is declared as ${p.is}: keep the declaration, choose a new name, or drop the old one with handle.deleteIfExists`,
  TRANSFORM_VARIABLE_NAME: (p: { operator: string; variable: string; problem: string }) =>
    `${p.operator}: state variable "${p.variable}" ${p.problem}`,
  WATERMARK_REDEFINED: (p: { operator: string }) =>
    `${p.operator} stands behind another withWatermark on the same rows: keep one of them`,
  WATERMARK_REQUIRED: (p: { operator: string }) =>
    `${p.operator} needs a withWatermark above it: add withWatermark(row => row.time, '10 minutes') before it`,
  WINDOW_NEEDS_TIME: (p: { operator: string; window: string; rows: string }) =>
    `${p.operator}: ${p.rows} have no event time for ${p.window}: put withWatermark((row) => row.time, '10 minutes') before it, on each stream of a union, or give the option time: (row) => row.time`,
  WINDOW_OUT_OF_RANGE: (p: { operator: string; time: string }) =>
    `${p.operator}: the time ${p.time} lies in a window that begins or ends where no Date can be (before -271821-04-20 or after +275760-09-13): mend the time, or give null, which lies in no window`,
};

/** What a `StreamingError` says in `code`: stable within a major version, each in docs/errors.md. */
export type ErrorCode = keyof typeof messages;
export type ParamsOf<C extends ErrorCode> = Parameters<(typeof messages)[C]>[0];

/**
 * Every code there is, sorted.
 *
 * @example
 * const known = new Set<string>(errorCodes);
 * console.log(known.has('BATCH_FAILED')); // true
 * @since 0.1.0
 */
export const errorCodes = Object.keys(messages) as readonly ErrorCode[];

/**
 * Every failure caused by data, query shape or storage. Branch on `code`, never on `message`.
 *
 * @example
 * query.awaitTermination().catch((e) => {
 *   if (e instanceof StreamingError && e.code === 'BATCH_FAILED') console.error(e.params, e.cause);
 * });
 * @since 0.1.0
 */
export class StreamingError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'StreamingError';
  constructor(
    readonly code: C,
    readonly params: ParamsOf<C>,
    options?: ErrorOptions,
  ) {
    super(withoutPassword((messages[code] as (p: ParamsOf<C>) => string)(params)), options);
  }
}
