import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fileSink,
  memoryStream,
  readManifest,
  readStream,
  select,
  writeStream,
} from '../../index.js';
import { countWords, stateIn } from '../savepoint/countingQuery.js';
import { millrace } from './cliHarness.js';

let folder: string;
const at = (name: string) => join(folder, name);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const words = memoryStream<string>();
words.addData('a', 'b');
words.addData('a', 'c');

/** A query of two batches, stopped. */
async function stopped(name = 'checkpoint', input = words): Promise<string> {
  const { query } = countWords(input, { checkpointLocation: at(name) });
  await query.processAllAvailable();
  input.addData('d');
  await query.processAllAvailable();
  await query.stop();
  return query.id;
}

describe('millrace', () => {
  it('lists its commands', async () => {
    const { code, out } = await millrace('--help');
    expect(code).toBe(0);
    for (const name of ['inspect', 'list', 'verify', 'savepoint', 'restore']) {
      expect(out).toContain(name);
      const help = await millrace(name, '--help');
      expect(help).toMatchObject({
        code: 0,
        out: expect.stringContaining(`usage: millrace ${name}`),
      });
    }
    expect((await millrace('help', 'verify')).out).toContain('usage: millrace verify');
  });

  it.each([
    [[]],
    [['nothing']],
    [['verify']],
    [['verify', 'a', 'b']],
    [['verify', 'a', '--nonsense']],
    [['restore', 'a']],
  ])('does nothing it does not understand: %j', async (args) => {
    const { code } = await millrace(...args);
    expect(code).toBe(args.length === 0 ? 0 : 2);
  });

  it('does not take any folder for a checkpoint', async () => {
    for (const command of ['inspect', 'list', 'verify']) {
      const { code, err } = await millrace(command, folder);
      expect({ code, err }).toMatchObject({
        code: 2,
        err: expect.stringContaining('no checkpoint'),
      });
    }
  });

  it('answers in JSON also where it understands nothing', async () => {
    const calls = [['verify', folder], ['verify'], ['nothing'], ['list', folder, '--nonsense']];
    for (const call of calls) {
      const { code, out, err } = await millrace(...call, '--json');
      expect({ call, code, err }).toEqual({ call, code: 2, err: '' });
      expect(JSON.parse(out)).toEqual({ error: { code: null, message: expect.any(String) } });
    }
  });

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    for (const option of ['--version', '-v']) {
      expect(await millrace(option)).toEqual({ code: 0, out: version, err: '' });
    }
  });

  it('waits for nobody: a checkpoint in use is refused', async () => {
    const { query } = countWords(words, { checkpointLocation: at('checkpoint') });
    await query.processAllAvailable();
    const { code, out } = await millrace('verify', at('checkpoint'), '--json');
    await query.stop();
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'CHECKPOINT_LOCKED' } });
  });
});

describe('millrace inspect and list', () => {
  it('tell the query, its position, tables and batches', async () => {
    const queryId = await stopped();
    const text = await millrace('inspect', at('checkpoint'));
    expect(text.out).toContain(`checkpoint of query ${queryId}`);
    expect(text.out).toMatch(/committed {2}batch \d/);
    const { out, code } = await millrace('inspect', at('checkpoint'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      kind: 'checkpoint',
      queryId,
      operators: [{ id: 'aggregate-0' }],
      stateProblem: null,
    });
    const listed = JSON.parse((await millrace('list', at('checkpoint'), '--json')).out);
    expect(listed.tables[0]).toMatchObject({ operator: 'aggregate-0', entries: 4 });
    expect(listed.batches.at(-1)).toMatchObject({ committed: true });
    expect((await millrace('list', at('checkpoint'))).out).toContain('operator aggregate-0');
  });

  it('tell what can be read of a damaged one', async () => {
    await stopped();
    await truncate(await fileLike(at('checkpoint/state/db'), /MANIFEST/), 10);
    const { code, out } = await millrace('inspect', at('checkpoint'));
    expect(code).toBe(1);
    expect(out).toContain('STATE_CORRUPT');
    expect(out).toContain('source     ');
  });
});

describe('millrace inspect and list of a checkpoint whose newest plan is damaged', () => {
  it.each(['the last of several', 'the only one'])('name it: %s', async (place) => {
    await stopped();
    const plans = (await readdir(at('checkpoint/offsets'))).map(Number).sort((a, b) => a - b);
    const newest = plans.at(-1) ?? -1;
    if (place === 'the only one') {
      for (const plan of plans.slice(0, -1)) await rm(at(`checkpoint/offsets/${plan}`));
    }
    const bytes = await readFile(at(`checkpoint/offsets/${newest}`));
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
    await writeFile(at(`checkpoint/offsets/${newest}`), bytes);
    const inspected = await millrace('inspect', at('checkpoint'));
    expect(inspected.code).toBe(1);
    expect(inspected.out).toContain(`planned    batch ${newest}\n`);
    expect(inspected.out).toMatch(/^source .*, up to \(unreadable\)$/m);
    const damaged = `offsets/${newest}: CHECKPOINT_DAMAGED: `;
    expect(inspected.out).toContain(`damaged    ${damaged}`);
    const listed = await millrace('list', at('checkpoint'));
    expect(listed).toMatchObject({ code: 1, out: expect.stringContaining(`damaged ${damaged}`) });
    const json = JSON.parse((await millrace('inspect', at('checkpoint'), '--json')).out);
    expect(json).toMatchObject({
      planned: newest,
      position: 'unreadable',
      sources: [{ upTo: null }],
      damaged: [{ file: `offsets/${newest}`, problem: expect.any(String) }],
    });
  });
});

async function fileLike(directory: string, pattern: RegExp): Promise<string> {
  const name = (await readdir(directory)).find((each) => pattern.test(each));
  return join(directory, name ?? 'none');
}

describe('millrace verify', () => {
  it('finds nothing in a sound checkpoint and a sound savepoint, and changes neither', async () => {
    await stopped();
    expect((await millrace('savepoint', at('checkpoint'), at('save'))).code).toBe(0);
    const before = await readdir(folder, { recursive: true });
    for (const name of ['checkpoint', 'save']) {
      const { code, out } = await millrace('verify', at(name), '--json');
      expect({ name, code, ...JSON.parse(out) }).toMatchObject({
        code: 0,
        sound: true,
        advice: [],
      });
      expect((await millrace('inspect', at(name))).code).toBe(0);
    }
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it('names every damaged file, what is lost, and the command that repairs it', async () => {
    await stopped();
    await millrace('savepoint', at('checkpoint'), at('save'));
    const all = (await readdir(at('checkpoint'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && !/^(LOG|LOCK|CLEAN)/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    for (const path of all) {
      const content = await readFile(path);
      if (content.length === 0) continue;
      const flipped = Buffer.from(content);
      flipped[content.length >> 1] = (flipped[content.length >> 1] as number) ^ 1;
      await writeFile(path, flipped);
      const { code, out } = await millrace('verify', at('checkpoint'));
      expect({ path, code, out }).toMatchObject({
        code: 1,
        out: expect.stringContaining('damaged'),
      });
      expect(out).toContain('Lost: ');
      expect(out).toContain(`millrace restore ${at('checkpoint')} --from <savepoint>`);
      await writeFile(path, content);
    }
    expect((await millrace('verify', at('checkpoint'))).code).toBe(0);
    await truncate(await fileLike(at('save/state'), /^0$/), 20);
    const { code, out } = await millrace('verify', at('save'));
    expect({ code, out }).toMatchObject({
      code: 1,
      out: expect.stringContaining('SAVEPOINT_DAMAGED'),
    });
  });

  it('tells a copy from damage', async () => {
    await stopped();
    await cp(at('checkpoint'), at('copy'), { recursive: true });
    const { code, out } = await millrace('verify', at('copy'));
    expect({ code, out }).toMatchObject({
      code: 1,
      out: expect.stringContaining('CHECKPOINT_COPIED'),
    });
    expect(out).toContain('identity');
  });
});

describe('millrace savepoint and restore', () => {
  it('move a stopped query: its state, its id and its position', async () => {
    const input = memoryStream<string>();
    input.addData('a');
    const queryId = await stopped('checkpoint', input);
    const { out } = await millrace('savepoint', at('checkpoint'), at('save'), '--json');
    expect(JSON.parse(out)).toMatchObject({ queryId, directory: at('save') });
    expect((await millrace('restore', at('elsewhere'), '--from', at('save'))).code).toBe(0);
    expect(await stateIn(at('elsewhere'))).toEqual(await stateIn(at('checkpoint')));
    input.addData('a');
    const { query, sink } = countWords(input, { checkpointLocation: at('elsewhere') });
    await query.processAllAvailable();
    await query.stop();
    expect(query.id).toBe(queryId);
    expect(sink.rows()).toEqual(
      expect.arrayContaining([
        { key: 'a', count: 2 },
        { key: 'd', count: 1 },
      ]),
    );
  });

  it('refuse to restore a savepoint in its own place', async () => {
    await stopped('checkpoint');
    await millrace('savepoint', at('checkpoint'), at('save'));
    const { code, err } = await millrace('restore', at('save'), '--from', `${at('save')}/.`);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('put aside') });
    expect((await millrace('restore', at('elsewhere'), '--from', at('save'))).code).toBe(0);
  });

  it('refuse a savepoint of another query', async () => {
    await stopped('checkpoint');
    await stopped('other');
    await millrace('savepoint', at('other'), at('save'));
    const { code, err } = await millrace('restore', at('checkpoint'), '--from', at('save'));
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('CHECKPOINT_QUERY_ID'),
    });
  });

  it('give the undamaged answer after a damage: batches since the savepoint run again as planned', async () => {
    const input = memoryStream<string>({ maxCallsPerTrigger: 1 });
    const start = (name: string) => {
      const { query, sink } = countWords(input, { checkpointLocation: at(name) });
      return { query, sink };
    };
    const copyInto = (name: string) =>
      writeStream(readStream(input).pipe(select((text) => ({ text }))), {
        sink: fileSink(at('out'), { format: 'json' }),
        checkpointLocation: at(name),
      });
    const [counts, copies] = [start('counts').query, copyInto('copies')];
    const feed = async (...batch: string[]) => {
      input.addData(...batch);
      await Promise.all([counts.processAllAvailable(), copies.processAllAvailable()]);
    };
    await feed('a', 'b');
    await feed('a');
    await Promise.all([counts.savepoint(at('saveCounts')), copies.savepoint(at('saveCopies'))]);
    await feed('c');
    await feed('a', 'c');
    await Promise.all([counts.stop(), copies.stop()]);
    const undamaged = await stateIn(at('counts'));

    for (const [name, save] of [
      ['counts', 'saveCounts'],
      ['copies', 'saveCopies'],
    ] as const) {
      await truncate(await fileLike(at(`${name}/state/db`), /\.log$/), 100);
      await rm(at(`${name}/state/CLEAN`));
      const query = name === 'counts' ? start(name).query : copyInto(name);
      await expect(query.awaitTermination()).rejects.toMatchObject({
        message: expect.stringContaining('millrace restore <checkpoint> --from <savepoint>'),
      });
      const { code, out } = await millrace('restore', at(name), '--from', at(save), '--json');
      expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, batchId: 1, replayed: 2 });
    }

    const [again, copiesAgain] = [start('counts'), copyInto('copies')];
    await Promise.all([again.query.processAllAvailable(), copiesAgain.processAllAvailable()]);
    input.addData('e');
    await Promise.all([again.query.processAllAvailable(), copiesAgain.processAllAvailable()]);
    await Promise.all([again.query.stop(), copiesAgain.stop()]);
    expect(again.sink.rows()).toEqual(
      expect.arrayContaining([
        { key: 'a', count: 3 },
        { key: 'b', count: 1 },
        { key: 'c', count: 2 },
        { key: 'e', count: 1 },
      ]),
    );
    const restored = await stateIn(at('counts'));
    expect(restored.filter((row) => !row.includes('"e"'))).toEqual(undamaged);
    const { files, lastBatchId } = await readManifest(at('out'));
    const texts = await Promise.all(
      files.map(({ path }) => readFile(join(at('out'), path), 'utf8')),
    );
    const rows = texts.flatMap((text) => text.trim().split('\n')).sort();
    expect(rows).toEqual(
      ['a', 'a', 'a', 'b', 'c', 'c', 'e'].map((text) => JSON.stringify({ text })),
    );
    expect(lastBatchId).toBe(4);
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['counts.damaged-1']));
  });
});
