/** Expressions that the queries and the plain loops have in common: what is compared is the engine. */

/** `price * 908 DIV 1000` */
export function inCents(price: number): number {
  return Math.floor((price * 908) / 1000);
}

export function bidTimeType(dateTime: number): 'dayTime' | 'nightTime' | 'otherTime' {
  const hour = Math.floor(dateTime / 3_600_000) % 24;
  if (hour >= 8 && hour <= 18) return 'dayTime';
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime';
}

export function countOf(text: string, character: string): number {
  let n = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) n++;
  return n;
}

const inUrl = /(?:&|^)channel_id=([^&]*)/;

export function channelId(channel: string, url: string): string | null {
  switch (channel.toLowerCase()) {
    case 'apple':
      return '0';
    case 'google':
      return '1';
    case 'facebook':
      return '2';
    case 'baidu':
      return '3';
    default:
      return inUrl.exec(url)?.[1] || null;
  }
}

/** 1 below 10,000, 3 from 1,000,000. */
export function rankOf(price: number): 1 | 2 | 3 {
  if (price < 10_000) return 1;
  return price < 1_000_000 ? 2 : 3;
}

export const dayMs = 86_400_000;

/** The day of nearly every row is that of the row before. */
let daysStart = Number.NaN;
let day = '';

export function dayOf(ms: number): string {
  const start = Math.floor(ms / dayMs) * dayMs;
  if (start !== daysStart) {
    daysStart = start;
    day = new Date(start).toISOString().slice(0, 10);
  }
  return day;
}

export function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 16);
}
