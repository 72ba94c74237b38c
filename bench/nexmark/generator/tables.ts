import { Random } from './random.js';

/** The text that events are cut from, fixed per seed. */
export interface Tables {
  readonly pool: string;
  readonly hotUrls: readonly string[];
  readonly channels: readonly string[];
  readonly urls: readonly string[];
}

export const hotChannels = ['Google', 'Facebook', 'Baidu', 'Apple'] as const;
export const channelCount = 10_000;
export const poolLength = 1 << 20;

export function tablesOf(seed: number): Tables {
  const random = new Random();
  random.seed(seed, 1, -1);
  const pool = poolOf(random);
  const address = () =>
    `https://www.nexmark.com/${random.text(5, '_')}/${random.text(5, '_')}/${random.text(5, '_')}/item.htm?query=1`;
  random.seed(seed, 2, -1);
  const hotUrls = hotChannels.map(address);
  const channels: string[] = [];
  const urls: string[] = [];
  for (let i = 0; i < channelCount; i++) {
    channels.push(`channel-${i}`);
    const base = address();
    urls.push(random.int(10) > 0 ? `${base}&channel_id=${Math.abs(bitReverse(i))}` : base);
  }
  return { pool, hotUrls, channels, urls };
}

/**
 * Six characters per 32-bit draw, base 26 with a signed remainder, so that they run from 'H' to 'z'
 * (one in 52 is a 'c'; some are back-slashes).
 */
function poolOf(random: Random): string {
  const bytes = Buffer.alloc(poolLength);
  for (let at = 0; at < poolLength; ) {
    let draw = random.bits();
    for (let k = 0; k < 6 && at < poolLength; k++) {
      bytes[at++] = 97 + (draw % 26);
      draw = Math.trunc(draw / 26);
    }
  }
  return bytes.toString('latin1');
}

function bitReverse(i: number): number {
  let out = 0;
  for (let bit = 0; bit < 32; bit++) out = (out << 1) | ((i >>> bit) & 1);
  return out;
}
