import { cellText } from '../terminal/cellText.js';
import type { Cell } from './wire.js';

const longestText = 300;

/** A value as the page gets it; long text is cut. */
export function cellOf(value: unknown): Cell {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : { x: String(value) };
    case 'string':
      return cut(value);
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    default:
  }
  if (value === null) return null;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? { x: 'Invalid Date' } : { d: value.getTime() };
  const window = windowBounds(value);
  return window ? { w: window } : { x: cut(cellText(value)) };
}

/** Bounds of `{ start, end }` in ms, both Dates or both numbers; undefined for anything else. */
export function windowBounds(value: unknown): readonly [number, number] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { start, end } = value as { start?: unknown; end?: unknown };
  if (start instanceof Date && end instanceof Date) return [start.getTime(), end.getTime()];
  return typeof start === 'number' && typeof end === 'number' ? [start, end] : undefined;
}

export function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}
