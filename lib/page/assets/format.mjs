const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** @param {number | null | undefined} n */
export function count(n) {
  if (n === null || n === undefined || !Number.isFinite(n)) return '–';
  return Math.abs(n) < 100 ? tenths.format(n) : whole.format(n);
}

/**
 * For edges and axes: 12.3K.
 * @param {number} n
 */
export function compact(n) {
  return Math.abs(n) < 10_000 ? count(n) : short.format(n);
}

/**
 * A number of a result row, with all that it has.
 * @param {number} n
 */
export function figure(n) {
  return Number.isInteger(n) ? whole.format(n) : exact.format(n);
}

/** @param {number} n */
export function bytes(n) {
  if (n < 1024) return `${whole.format(n)} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let i = -1;
  do {
    n /= 1024;
    i += 1;
  } while (n >= 1024 && i < units.length - 1);
  return `${tenths.format(n)} ${units[i]}`;
}

/**
 * A span as a person says it: 350 ms, 12.5 s, 3 min 20 s, 5 h 10 min, 3 d 4 h.
 * @param {number} ms
 */
export function span(ms) {
  const away = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (away < 1000) return `${sign}${whole.format(away)} ms`;
  if (away < 60_000) return `${sign}${tenths.format(away / 1000)} s`;
  const parts = /** @type {const} */ ([
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ]);
  const first = parts.findIndex(([, unitMs]) => away >= unitMs);
  const [unit, unitMs] = parts[first] ?? ['s', 1000];
  const next = parts[first + 1];
  const rest = next ? Math.floor((away % unitMs) / next[1]) : 0;
  const head = `${sign}${whole.format(Math.floor(away / unitMs))} ${unit}`;
  return next && rest > 0 ? `${head} ${rest} ${next[0]}` : head;
}

/**
 * A point of time in UTC, no finer than `spanMs` asks for.
 * @param {number} ms
 * @param {number} [spanMs]
 */
export function time(ms, spanMs = 0) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '–';
  const text = date.toISOString();
  const day = text.slice(0, -14);
  if (spanMs > 20 * 86_400_000) return day;
  const clock = text.slice(-13, -1);
  const cut = spanMs > 600_000 ? clock.slice(0, 5) : spanMs > 2000 ? clock.slice(0, 8) : clock;
  return `${day} ${cut}`;
}

/**
 * As `time`, without the day.
 * @param {number} ms
 * @param {number} [spanMs]
 */
export function clock(ms, spanMs = 0) {
  if (spanMs > 20 * 86_400_000) return time(ms, spanMs);
  return time(ms, spanMs).replace(/^\S+ /, '');
}

/**
 * A point of time as short as it can be said exactly.
 * @param {number} ms
 */
export function instant(ms) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return '–';
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$|Z$/, '');
}

/**
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}
