import {
  type OnlyOptions,
  type OptionNames,
  requireKnownOptions,
} from '../options/knownOptions.js';
import {
  booleanOption,
  leaveOut,
  positiveIntegerOption,
  shown,
  timestampsOption,
} from '../options/optionValues.js';
import type { StructField, StructType } from '../schema/types.js';
import { type DurationInput, durationMs } from '../time/duration.js';
import { shownDuration } from '../time/luxonInterval.js';
import { longestDelayMs } from '../triggers/scheduleAfter.js';
import type { ConnectionPolicy } from './socket/lineConnection.js';
import { type SocketSettings, SocketSource } from './socket/socketSource.js';
import type { StreamSource } from './source.js';

/** Options of {@link socketLines}. */
export interface SocketLinesOptions {
  readonly host: string;
  readonly port: number;
  /** Adds `timestamp`: when the line arrived. Default false. */
  readonly includeTimestamp?: boolean;
  /** Column `timestamp` as a Date (default) or in ms since the epoch. */
  readonly timestamps?: 'date' | 'ms';
  /** Longer lines are failed records. Default 1 MiB. */
  readonly maxLineBytes?: number;
  /** Lines that may wait for a commit; with more, the socket is not read. Default 100,000. */
  readonly bufferSize?: number;
  /** The same in bytes. Default 64 MiB. */
  readonly bufferBytes?: number;
  /** At most this many lines in one batch. Default: all that wait. */
  readonly maxRowsPerTrigger?: number;
  /** Default 10 seconds. */
  readonly connectTimeout?: DurationInput;
  /** A connection without bytes for this long counts as lost. Default: never. */
  readonly idleTimeout?: DurationInput;
  /** Connects again after a connection is lost or closed, not at the start: at most `attempts` (10) in a row. */
  readonly reconnect?: { readonly delay: DurationInput; readonly attempts?: number };
}

const optionNames: OptionNames<SocketLinesOptions> = {
  host: true,
  port: true,
  includeTimestamp: true,
  timestamps: true,
  maxLineBytes: true,
  bufferSize: true,
  bufferBytes: true,
  maxRowsPerTrigger: true,
  connectTimeout: true,
  idleTimeout: true,
  reconnect: true,
};

/** A row of {@link socketLines}, as its options say. */
export type SocketRow<O extends SocketLinesOptions> = O extends { readonly includeTimestamp: true }
  ? {
      readonly value: string;
      readonly timestamp: O extends { readonly timestamps: 'ms' } ? number : Date;
    }
  : { readonly value: string };

/**
 * Reads lines of UTF-8 from a TCP server, as `nc -lk 9999` is one.
 *
 * Out:    `{ value }`, with `includeTimestamp` also the time of arrival on the query's clock.
 * State:  lines wait in memory until they are committed; a full buffer stops reading from the socket.
 *         Not replayable: lines received and not committed before a crash are gone, and their range
 *         gives no rows afterwards.
 * Errors: `SOURCE_UNREACHABLE` when connecting, and when the connection is lost and not made again;
 *         `LINE_TOO_LONG` for a record; RangeError for options. A server that closes the connection in
 *         order leaves the query waiting, as in Spark.
 * Source: semantics/spark.md 1.2.
 *
 * @example
 * readStream(socketLines({ host: 'localhost', port: 9999, includeTimestamp: true }));
 * @since 0.1.0
 */
export function socketLines<const O extends SocketLinesOptions>(
  options: O & OnlyOptions<O, SocketLinesOptions>,
): StreamSource<SocketRow<O>> {
  requireKnownOptions<SocketLinesOptions>('socketLines', options, optionNames);
  if (options === undefined) {
    throw new TypeError(
      "socketLines needs an address: socketLines({ host: 'localhost', port: 9999 })",
    );
  }
  const settings = settingsOf(options);
  return {
    kind: 'socket',
    description: settings.policy.source,
    schema: schemaOf(options.includeTimestamp === true),
    replayable: false,
    signature: { host: options.host, port: options.port },
    open: async (ctx) => {
      const source = new SocketSource<SocketRow<O>>(settings, ctx);
      await source.connect();
      return source;
    },
  };
}

function schemaOf(includeTimestamp: boolean): StructType {
  const value: StructField = { name: 'value', dataType: { type: 'string' }, nullable: false };
  const timestamp: StructField = {
    name: 'timestamp',
    dataType: { type: 'timestamp' },
    nullable: false,
  };
  return { type: 'struct', fields: includeTimestamp ? [value, timestamp] : [value] };
}

function settingsOf(options: SocketLinesOptions): SocketSettings {
  const { host, port } = options;
  if (typeof host !== 'string' || host === '') {
    throw new TypeError(`socketLines: host must be a name or address, not ${shown(host)}`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError(`socketLines: port must be 1 to 65535, not ${shown(port)}`);
  }
  const count = (option: 'maxLineBytes' | 'bufferSize' | 'bufferBytes', byDefault: number) =>
    positiveIntegerOption('socketLines', option, options[option] ?? byDefault, leaveOut);
  const maxRows = options.maxRowsPerTrigger;
  const timestamps = timestampsOption('socketLines', options.timestamps);
  return {
    policy: policyOf(options),
    limits: { lines: count('bufferSize', 100_000), bytes: count('bufferBytes', 64 * 1024 * 1024) },
    maxLineBytes: count('maxLineBytes', 1024 * 1024),
    maxRows: positiveIntegerOption('socketLines', 'maxRowsPerTrigger', maxRows),
    timestamps: booleanOption('socketLines', 'includeTimestamp', options.includeTimestamp)
      ? timestamps
      : 'none',
  };
}

function policyOf(options: SocketLinesOptions): ConnectionPolicy {
  const { host, port, reconnect } = options;
  requireKnownOptions('socketLines: reconnect', reconnect, { delay: true, attempts: true });
  const ms = (input: DurationInput, option: string) => timerMs(input, `socketLines: ${option}`);
  return {
    source: `TextSocket[host: ${host}, port: ${port}]`,
    host,
    port,
    connectTimeoutMs: ms(options.connectTimeout ?? 10_000, 'connectTimeout'),
    idleTimeoutMs: options.idleTimeout === undefined ? 0 : ms(options.idleTimeout, 'idleTimeout'),
    reconnect: reconnect && {
      delayMs: ms(reconnect.delay, 'reconnect.delay'),
      attempts: positiveIntegerOption(
        'socketLines',
        'reconnect.attempts',
        reconnect.attempts ?? 10,
        leaveOut,
      ),
    },
  };
}

/** A delay that a timer is asked for. */
function timerMs(input: DurationInput, option: string): number {
  const ms = durationMs(input, option, { min: 'positive' });
  if (ms <= longestDelayMs) return ms;
  throw new RangeError(
    `${option} may be ${longestDelayMs} ms (24.8 days) at most, the longest that a timer waits, got ${shownDuration(input)}: give a shorter one`,
  );
}
