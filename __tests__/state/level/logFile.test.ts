import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { conditionOfLog } from '../../../state/level/logFile.js';

let directory: string;
/** A log as LevelDB writes it: records over several blocks, and many in one. */
let log: Buffer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-log-'));
  const database = new Level<string, string>(directory);
  for (let i = 0; i < 40; i++) await database.put(`${i}`, `${i}`.repeat(i % 7 === 0 ? 20000 : 30));
  await database.close();
  const [name] = (await readdir(directory)).filter((each) => each.endsWith('.log'));
  log = await readFile(join(directory, name as string));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const flipped = (at: number) => log.with(at, (log[at] as number) ^ 0x40);

describe('conditionOfLog', () => {
  it('takes a log of LevelDB for sound', () => {
    expect(log.length).toBeGreaterThan(4 * 32768);
    expect(conditionOfLog(log)).toBe('sound');
    expect(conditionOfLog(new Uint8Array(0))).toBe('sound');
  });

  it('never takes a log with a flipped bit for sound', () => {
    for (let at = 0; at < log.length; at += 997) {
      const isLastBlock = at >= Math.floor(log.length / 32768) * 32768;
      expect(conditionOfLog(flipped(at))).toBe(isLastBlock ? 'torn' : 'hole');
    }
  });

  it('takes a log that ends in the middle of a record for torn', () => {
    expect(conditionOfLog(log.subarray(0, log.length - 1))).toBe('torn');
    expect(conditionOfLog(log.subarray(0, 3))).toBe('sound');
  });

  it('takes zeros at the end, which a disk had prepared, for nothing', () => {
    expect(conditionOfLog(Buffer.concat([log, new Uint8Array(100)]))).toBe('sound');
  });
});
