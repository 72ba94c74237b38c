import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { queries } from '../../index.js';
import { startSample } from './runSample.js';

const root = mkdtempSync(join(tmpdir(), 'millrace-events-'));
const folder = join(root, 'events');
mkdirSync(folder);
afterAll(() => rmSync(root, { recursive: true }));

/** A file is moved into the folder when it is whole. */
function put(name: string, ...events: readonly { time: number; action: string }[]): void {
  writeFileSync(join(root, name), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  renameSync(join(root, name), join(folder, name));
}

const noon = Date.UTC(2026, 2, 1, 12) / 1000;
const hour = '{2026-03-01T12:00:00Z, 2026-03-01T13:00:00Z}';
const later = '{2026-03-01T15:00:00Z, 2026-03-01T16:00:00Z}';

describe('deviceEvents --follow', () => {
  it('counts what is put into the folder, file by file, until it is stopped', async () => {
    const sample = startSample('deviceEvents', folder, '--follow');
    put('a.json', { time: noon, action: 'Open' }, { time: noon + 3_599, action: 'Open' });
    await sample.printed(`| Open | ${hour} |     2 |`);
    put('b.json', { time: noon + 60, action: 'Open' }, { time: noon + 10_800, action: 'Close' });
    await sample.printed(`| Open  | ${hour} |     3 |`);
    // The watermark is 14:00 now: the hour is over, and an event of it is late from the batch after next.
    put('c.json', { time: noon + 10_801, action: 'Close' });
    await sample.printed(`| Close | ${later} |     2 |`);
    put('d.json', { time: noon + 120, action: 'Open' }, { time: noon + 10_802, action: 'Close' });
    await sample.printed(`| Close | ${later} |     3 |`);
    await Promise.all(queries.active.map((query) => query.stop()));
    expect(await sample.ended).not.toContain('|     4 |');
  }, 30_000);
});
