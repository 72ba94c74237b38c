import { daysFromCivil, inRange, isCivil } from './civil.js';
import { months, weekdays } from './dateNames.js';
import { inZone } from './isoTimestamp.js';
import type { NumberField, PatternToken } from './timePattern.js';
import type { WallClock } from './zone.js';

/** What the text has said so far; −1 and '' where it has not. */
type Found = Record<NumberField, number> & {
  milliseconds: number;
  /** 0: AM, 1: PM. */
  halfOfDay: number;
  /** Index in {@link weekdays}. */
  weekday: number;
  zone: string;
};

const nothing = (): Found => ({
  year: 1970,
  twoDigitYear: -1,
  month: 1,
  day: -1,
  dayOfYear: -1,
  hour: -1,
  hour24: -1,
  hour12: -1,
  hour11: -1,
  minute: 0,
  second: 0,
  milliseconds: 0,
  halfOfDay: -1,
  weekday: -1,
  zone: '',
});

/**
 * Reads text by a pattern; one object per pattern, used for every cell of a column.
 *
 * What the pattern does not name is 1970-01-01 00:00. Names are English, in any case. Bad text is NaN,
 * and so is a date that does not exist, or whose weekday is another one.
 */
export class PatternParser {
  private found: Found = nothing();
  private at = 0;

  constructor(
    private readonly tokens: readonly PatternToken[],
    private readonly clock: WallClock,
  ) {}

  /** ms since the epoch, or NaN. */
  parse(text: string): number {
    const wall = this.wall(text);
    return Number.isNaN(wall) ? Number.NaN : this.instantOf(wall);
  }

  /** 00:00 UTC of the date that is written, or NaN: a zone behind it does not move it. */
  parseDate(text: string): number {
    const wall = this.wall(text);
    if (Number.isNaN(wall) || Number.isNaN(this.instantOf(wall))) return Number.NaN;
    return inRange(Math.floor(wall / 86_400_000) * 86_400_000);
  }

  private wall(text: string): number {
    this.found = nothing();
    this.at = 0;
    return this.all(this.tokens, text) && this.at === text.length ? this.wallMs() : Number.NaN;
  }

  private instantOf(wall: number): number {
    const { zone } = this.found;
    return inRange(zone === '' ? this.clock.instantOf(wall) : inZone(wall, zone));
  }

  private all(tokens: readonly PatternToken[], text: string): boolean {
    for (const token of tokens) if (!this.one(token, text)) return false;
    return true;
  }

  private one(token: PatternToken, text: string): boolean {
    switch (token.kind) {
      case 'literal':
        if (!text.startsWith(token.text, this.at)) return false;
        this.at += token.text.length;
        return true;
      case 'number':
        return this.number(token.field, token.min, token.max, text);
      case 'fraction':
        return this.fraction(token.digits, text);
      case 'month': {
        const month = this.name(months, token.long, text);
        this.found.month = month + 1;
        return month >= 0;
      }
      case 'weekday':
        this.found.weekday = this.name(weekdays, token.long, text);
        return this.found.weekday >= 0;
      case 'half':
        return this.half(text);
      case 'zone':
        return this.zoneName(text);
      case 'optional': {
        const { at, found } = this;
        this.found = { ...found };
        if (this.all(token.tokens, text)) return true;
        this.at = at;
        this.found = found;
        return true;
      }
    }
  }

  private number(field: NumberField, min: number, max: number, text: string): boolean {
    const first = text.charCodeAt(this.at);
    const signed = field === 'year' && (first === 43 || first === 45);
    if (signed) this.at++;
    const from = this.at;
    const most = signed ? 6 : max;
    let value = 0;
    while (this.at - from < most) {
      const digit = text.charCodeAt(this.at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      this.at++;
    }
    this.found[field] = signed && first === 45 ? -value : value;
    return this.at - from >= min;
  }

  /** One digit or more, at most as many as the pattern has; those behind the third are cut off. */
  private fraction(most: number, text: string): boolean {
    const from = this.at;
    let worth = 100;
    this.found.milliseconds = 0;
    while (this.at - from < most) {
      const digit = text.charCodeAt(this.at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (this.at - from < 3) this.found.milliseconds += digit * worth;
      worth /= 10;
      this.at++;
    }
    return this.at > from;
  }

  /** Index of the name that comes next; −1 without one. */
  private name(names: readonly string[], long: boolean, text: string): number {
    const next = text.slice(this.at, this.at + 10).toLowerCase();
    const index = names.findIndex((name) => {
      const shown = long ? name : name.slice(0, 3);
      return next.startsWith(shown.toLowerCase());
    });
    if (index >= 0) this.at += long ? (names[index]?.length ?? 0) : 3;
    return index;
  }

  private half(text: string): boolean {
    const next = text.slice(this.at, this.at + 2).toUpperCase();
    this.at += 2;
    this.found.halfOfDay = ['AM', 'PM'].indexOf(next);
    return this.found.halfOfDay >= 0;
  }

  /** Takes what may belong to a zone's name; whether it is one is seen when it is used. */
  private zoneName(text: string): boolean {
    const from = this.at;
    while (this.at < text.length && isZoneChar(text.charCodeAt(this.at))) this.at++;
    this.found.zone = text.slice(from, this.at);
    return this.found.zone !== '';
  }

  private wallMs(): number {
    const f = this.found;
    const hour = this.hourOfDay();
    if (!(hour >= 0 && hour <= 23 && f.minute <= 59 && f.second <= 59)) return Number.NaN;
    const days = this.days();
    return days * 86_400_000 + ((hour * 60 + f.minute) * 60 + f.second) * 1000 + f.milliseconds;
  }

  /** Days since the epoch, or NaN. */
  private days(): number {
    const f = this.found;
    const year = f.twoDigitYear >= 0 ? 2000 + f.twoDigitYear : f.year;
    let days: number;
    if (f.dayOfYear >= 0) {
      const first = daysFromCivil(year, 1, 1);
      const exists = f.dayOfYear >= 1 && f.dayOfYear <= daysFromCivil(year + 1, 1, 1) - first;
      days = exists ? first + f.dayOfYear - 1 : Number.NaN;
    } else {
      const day = f.day < 0 ? 1 : f.day;
      days = isCivil(year, f.month, day) ? daysFromCivil(year, f.month, day) : Number.NaN;
    }
    const dated = f.day >= 0 || f.dayOfYear >= 0;
    const fits = f.weekday < 0 || !dated || f.weekday === ((days % 7) + 7) % 7;
    return fits ? days : Number.NaN;
  }

  private hourOfDay(): number {
    const f = this.found;
    const later = this.found.halfOfDay === 1 ? 12 : 0;
    if (f.hour12 >= 0) return f.hour12 >= 1 && f.hour12 <= 12 ? (f.hour12 % 12) + later : -1;
    if (f.hour11 >= 0) return f.hour11 <= 11 ? f.hour11 + later : -1;
    if (f.hour24 === 0 || f.hour24 > 24) return -1;
    const hour = f.hour24 > 0 ? f.hour24 % 24 : f.hour;
    if (hour < 0) return later; // half of a day without an hour begins it
    const fits = this.found.halfOfDay < 0 || this.found.halfOfDay === (hour < 12 ? 0 : 1);
    return fits ? hour : -1;
  }
}

/** Letters, digits, and `+ - / _ :`: `Europe/Paris`, `UTC+2`, `-05:00`. */
function isZoneChar(code: number): boolean {
  return (
    (code >= 45 && code <= 58 && code !== 46) ||
    code === 43 ||
    code === 95 ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122)
  );
}
