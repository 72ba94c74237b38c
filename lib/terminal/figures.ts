/** A number with commas between thousands, without decimals from 100 on. */
export function countText(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 1;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** `1 row`, `1,500 rows`; another unit than rows is the caller's, and stays as it is. */
export function countOf(value: number, unit = 'rows'): string {
  const text = countText(value);
  return `${text} ${unit === 'rows' && text === '1' ? 'row' : unit}`;
}

/** A span of time in ms as a person reads it: `350 ms`, `12 s`, `3:05 min`, `2:03:05 h`. */
export function spanText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours === 0) return `${minutes}:${two(seconds % 60)} min`;
  return `${hours}:${two(minutes % 60)}:${two(seconds % 60)} h`;
}
