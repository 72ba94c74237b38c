import { FixedOffsetZone, IANAZone, type Zone } from 'luxon';

const dayMs = 86_400_000;
/** Days whose offset is remembered per zone: eleven years of them. */
const rememberedDays = 4096;
/** More names than there are zones, in case data brings spellings of its own. */
const rememberedZones = 1000;

/** The offset of a time zone, made fast for parsing millions of wall-clock times. */
export interface WallClock {
  readonly name: string;
  /** ms since the epoch of a wall-clock time, given as if it were UTC. */
  instantOf(wallMs: number): number;
  /** The wall-clock time of an instant, as if it were UTC. */
  wallOf(ms: number): number;
}

/** Wall clock of UTC: the identity. */
export const utcClock: WallClock = { name: 'UTC', instantOf: (ms) => ms, wallOf: (ms) => ms };

const clocks = new Map<string, WallClock>();

/**
 * The wall clock of a zone: an IANA name (`Europe/Paris`), `UTC`, or an offset (`UTC+2`, `+02:00`).
 *
 * Errors: RangeError, naming `option`, for a zone that is not known.
 */
export function wallClock(timeZone: string, option: string): WallClock {
  const clock = clockOf(timeZone);
  if (clock !== undefined) return clock;
  throw new RangeError(
    `${option} is no time zone, got ${JSON.stringify(timeZone)}: give an IANA name such as 'Europe/Paris', 'UTC' or '+02:00'`,
  );
}

/** The wall clock of a name that may come from data; undefined if it is no zone. */
export function clockOf(name: unknown): WallClock | undefined {
  if (typeof name !== 'string') return undefined;
  const known = clocks.get(name);
  if (known !== undefined) return known;
  const zone = zoneOf(name);
  if (zone === undefined) return undefined;
  const clock = zone.isUniversal ? fixedClock(zone) : zonedClock(zone);
  if (clocks.size < rememberedZones) clocks.set(name, clock);
  return clock;
}

/** The luxon zone of `UTC`, `UTC+2`, `+02:00` or an IANA name; undefined if there is none. */
function zoneOf(name: string): Zone | undefined {
  if (name.length === 0 || name.length > 64) return undefined;
  const upper = name.toUpperCase();
  if (upper === 'UTC' || upper === 'GMT') return FixedOffsetZone.utcInstance;
  const prefixed = upper.startsWith('UTC') || upper.startsWith('GMT');
  const minutes = offsetMinutes(prefixed ? name.slice(3) : name);
  if (minutes !== undefined) return FixedOffsetZone.instance(minutes);
  if (/^[+-]/.test(name)) return undefined; // newer versions of Node take wider offsets for names
  // luxon remembers every name it is asked for, so only real ones, in one spelling, may reach it
  const canonical = canonicalName(name);
  return canonical === undefined ? undefined : IANAZone.create(canonical);
}

function canonicalName(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Minutes of `Z`, `±h`, `±hh`, `±hhmm`, `±h:mm`, `±hh:mm`; at most 18 hours, as in Spark. */
export function offsetMinutes(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const sign = text.charCodeAt(0);
  if ((sign !== 43 && sign !== 45) || text.length < 2 || text.length > 6) return undefined;
  const colon = text.indexOf(':');
  const hourEnd = colon !== -1 ? colon : text.length === 5 ? 3 : text.length;
  const hours = smallNumber(text, 1, hourEnd);
  const minutes =
    hourEnd === text.length ? 0 : smallNumber(text, colon === -1 ? 3 : colon + 1, text.length, 2);
  if (hours === undefined || minutes === undefined || minutes > 59) return undefined;
  const total = hours * 60 + minutes;
  return total > 18 * 60 ? undefined : sign === 45 ? -total : total;
}

function smallNumber(text: string, from: number, to: number, exactly?: number): number | undefined {
  const length = to - from;
  if (length < 1 || length > 2 || (exactly !== undefined && length !== exactly)) return undefined;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function fixedClock(zone: Zone): WallClock {
  const offsetMs = zone.offset(0) * 60_000;
  if (offsetMs === 0) return utcClock;
  return {
    name: zone.name,
    instantOf: (wallMs) => wallMs - offsetMs,
    wallOf: (ms) => ms + offsetMs,
  };
}

/** Asking Intl for an offset costs microseconds, so the offset of a whole day is remembered. */
function zonedClock(zone: Zone): WallClock {
  const wallDays = new Map<number, number>();
  const days = new Map<number, number>();
  return {
    name: zone.name,
    instantOf(wallMs) {
      const day = Math.floor(wallMs / dayMs);
      const offset = remembered(wallDays, day, zone, 1);
      return Number.isNaN(offset) ? instantAround(wallMs, zone) : wallMs - offset;
    },
    wallOf(ms) {
      const day = Math.floor(ms / dayMs);
      const offset = remembered(days, day, zone, 0);
      return ms + (Number.isNaN(offset) ? offsetMsOf(zone, ms) : offset);
    },
  };
}

/** Offset of a day on which it does not change, `margin` days around it included; NaN otherwise. */
function remembered(cache: Map<number, number>, day: number, zone: Zone, margin: number): number {
  const known = cache.get(day);
  if (known !== undefined) return known;
  const first = offsetMsOf(zone, (day - margin) * dayMs);
  const last = offsetMsOf(zone, (day + 1 + margin) * dayMs);
  const middle = offsetMsOf(zone, day * dayMs);
  const offset = first === last && first === middle ? first : Number.NaN;
  if (cache.size >= rememberedDays) cache.clear();
  cache.set(day, offset);
  return offset;
}

/**
 * Near a change of the offset: a time that is there twice is the earlier one, a time that is skipped
 * moves on by what was skipped, as in Spark (java.time).
 */
function instantAround(wallMs: number, zone: Zone): number {
  const before = offsetMsOf(zone, wallMs - dayMs);
  const after = offsetMsOf(zone, wallMs + dayMs);
  const early = wallMs - before;
  if (offsetMsOf(zone, early) === before) return early;
  const late = wallMs - after;
  return offsetMsOf(zone, late) === after ? late : early;
}

function offsetMsOf(zone: Zone, ms: number): number {
  return Math.round(zone.offset(ms) * 60_000);
}
