import { daysFromCivil } from './civil.js';
import { months, weekdays } from './dateNames.js';
import type { NumberField, PatternToken } from './timePattern.js';
import type { WallClock } from './zone.js';

/** Writes an instant by a pattern, on the wall clock of a zone. */
export function formatByPattern(
  ms: number,
  tokens: readonly PatternToken[],
  clock: WallClock,
): string {
  const wall = clock.wallOf(ms);
  return written(tokens, new Date(wall), Math.round((wall - ms) / 60_000), clock);
}

function written(
  tokens: readonly PatternToken[],
  wall: Date,
  offset: number,
  clock: WallClock,
): string {
  let text = '';
  for (const token of tokens) text += tokenText(token, wall, offset, clock);
  return text;
}

/** `wall` holds the wall-clock time in its UTC fields; `offset` is in minutes. */
function tokenText(token: PatternToken, wall: Date, offset: number, clock: WallClock): string {
  switch (token.kind) {
    case 'literal':
      return token.text;
    case 'number':
      return numberText(fieldOf(token.field, wall), token.field, token.min);
    case 'fraction':
      return String(wall.getUTCMilliseconds())
        .padStart(3, '0')
        .padEnd(9, '0')
        .slice(0, token.digits);
    case 'month':
      return short(months[wall.getUTCMonth()], token.long);
    case 'weekday':
      return short(weekdays[(wall.getUTCDay() + 3) % 7], token.long);
    case 'half':
      return wall.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'zone':
      return zoneText(token.letter, token.count, offset, clock);
    case 'optional':
      return written(token.tokens, wall, offset, clock);
  }
}

function short(name: string | undefined, long: boolean): string {
  return (long ? name : name?.slice(0, 3)) ?? '';
}

function fieldOf(field: NumberField, wall: Date): number {
  const hour = wall.getUTCHours();
  switch (field) {
    case 'year':
      return wall.getUTCFullYear();
    case 'twoDigitYear':
      return ((wall.getUTCFullYear() % 100) + 100) % 100;
    case 'month':
      return wall.getUTCMonth() + 1;
    case 'day':
      return wall.getUTCDate();
    case 'dayOfYear':
      return (
        Math.floor(wall.getTime() / 86_400_000) - daysFromCivil(wall.getUTCFullYear(), 1, 1) + 1
      );
    case 'hour':
      return hour;
    case 'hour24':
      return hour || 24;
    case 'hour12':
      return hour % 12 || 12;
    case 'hour11':
      return hour % 12;
    case 'minute':
      return wall.getUTCMinutes();
    case 'second':
      return wall.getUTCSeconds();
  }
}

/** A year of more digits than its pattern carries a sign, so that it reads back. */
function numberText(value: number, field: NumberField, width: number): string {
  const digits = String(Math.abs(value)).padStart(width, '0');
  if (value < 0) return `-${digits.padStart(4, '0')}`;
  return field === 'year' && digits.length > Math.max(width, 4) ? `+${digits}` : digits;
}

/** Spark's letters: X gives Z for UTC, x does not; the count says how long it is written. */
function zoneText(letter: string, count: number, offset: number, clock: WallClock): string {
  if (letter === 'V' || letter === 'z') return clock.name;
  const minutes = Math.abs(offset);
  const sign = offset < 0 ? '-' : '+';
  const hh = String(Math.floor(minutes / 60)).padStart(2, '0');
  const mm = String(minutes % 60).padStart(2, '0');
  if (letter === 'O') return `GMT${sign}${hh}:${mm}`;
  if (letter === 'Z') return count < 4 ? `${sign}${hh}${mm}` : `${sign}${hh}:${mm}`;
  if (letter === 'X' && offset === 0) return 'Z';
  if (count === 1) return mm === '00' ? `${sign}${hh}` : `${sign}${hh}${mm}`;
  return count % 2 === 0 ? `${sign}${hh}${mm}` : `${sign}${hh}:${mm}`;
}
