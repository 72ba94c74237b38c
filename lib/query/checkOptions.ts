import { requireLocalPath } from '../checkpoint/requireLocalPath.js';
import { type OptionNames, requireKnownOptions } from '../options/knownOptions.js';
import { leaveOut, positiveIntegerOption } from '../options/optionValues.js';
import type { StreamSink } from '../sinks/sink.js';
import type { Trigger } from '../triggers/trigger.js';
import type { WriteStreamOptions } from './writeStream.js';

const triggers =
  "processingTime('1 second'), asap(), availableNow(), once(), continuous('1 second')";
const sinks = 'consoleSink(), memorySink(), fileSink(…), foreachBatch(…)';

/** Those that users know. */
export const writeStreamNames: OptionNames<Omit<WriteStreamOptions<unknown>, 'internals'>> = {
  sink: true,
  outputMode: true,
  queryName: true,
  trigger: true,
  checkpointLocation: true,
  from: true,
  multipleWatermarkPolicy: true,
  failedRows: true,
  lateSink: true,
  failedSink: true,
  restart: true,
  rxTimeout: true,
  stopTimeout: true,
  stateCacheEntries: true,
  page: true,
  stateStore: true,
};

/** Options as a program without types may give them. */
type Given = Readonly<Record<string, unknown>>;

/** Throws a TypeError for an option that is not what its name says; options with a choice check themselves. */
export function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `writeStream needs options with a sink, got ${shown(options)}: writeStream(stream, { sink: consoleSink() })`,
    );
  }
  const { internals: _, ...known } = options as WriteStreamOptions<unknown>;
  requireKnownOptions('writeStream', known, writeStreamNames);
  const given = options as Given;
  checkSink('sink', given.sink);
  for (const name of ['lateSink', 'failedSink']) {
    if (given[name] !== undefined) checkSink(name, given[name]);
  }
  if (given.trigger !== undefined && !isTrigger(given.trigger)) {
    throw new TypeError(
      `writeStream: trigger must be one of ${triggers} or an RxJS scheduler, got ${shown(given.trigger)}: write trigger: processingTime('1 second')`,
    );
  }
  for (const name of ['checkpointLocation', 'from', 'queryName']) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value === 'string' && value !== '') {
      if (name !== 'queryName') requireLocalPath(`writeStream: ${name}`, value);
      continue;
    }
    const what = name === 'queryName' ? 'a name' : 'the path of a folder';
    const example =
      name === 'queryName' ? "'orders'" : `'./${name === 'from' ? 'savepoint' : 'checkpoint'}'`;
    throw new TypeError(
      `writeStream: ${name} must be ${what}, got ${shown(value)}: write ${name}: ${example}, or leave it out`,
    );
  }
  positiveIntegerOption('writeStream', 'stateCacheEntries', known.stateCacheEntries, leaveOut);
  if (given.stateStore !== undefined && typeof given.stateStore !== 'function') {
    throw new TypeError(
      `writeStream: stateStore must be a function that opens a store, got ${shown(given.stateStore)}: write stateStore: (directory) => …, or leave it out for LevelDB`,
    );
  }
}

function checkSink(name: string, sink: unknown): void {
  if (isSink(sink)) return;
  if (typeof (Object(sink) as Given).open === 'function') {
    throw new TypeError(
      `writeStream: ${name} must say which output modes it takes, got ${shown(sink)}: give a sink of your own modes: ['append']`,
    );
  }
  throw new TypeError(
    `writeStream: ${name} must be a sink such as ${sinks}, got ${shown(sink)}: write ${name}: consoleSink()`,
  );
}

function isSink(value: unknown): value is StreamSink<never> {
  const { open, modes } = Object(value) as Given;
  return typeof open === 'function' && Array.isArray(modes);
}

function isTrigger(value: unknown): value is Trigger {
  const { now, schedule } = Object(value) as Given;
  return typeof now === 'function' && typeof schedule === 'function';
}

/** What was given, short enough for a message. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `the function ${value.name || '(no name)'} itself`;
  if (typeof value !== 'object' || value === null) return String(value);
  const names = Object.keys(value).join(', ');
  return names === '' ? 'an object' : `an object with ${names}`;
}
