import fc from 'fast-check';
import type { PublishOptions } from '../../lib/checkpoint/fileSystem.js';
import { StreamingError } from '../../lib/errors.js';
import { MemoryBytes } from '../../state/memoryByteStore.js';
import { epochOf, location, Machine, planOf, query } from './checkpointHarness.js';

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('openCheckpoint', () => {
  it('opens an empty directory as a new query', async () => {
    const checkpoint = await new Machine().open();
    expect(checkpoint).toMatchObject({ queryId: 'q-1', isNew: true });
    expect(checkpoint.lastPlanned).toBeUndefined();
    expect(checkpoint.lastEpoch).toBeUndefined();
  });

  it('keeps id, plan and epoch', async () => {
    const machine = new Machine();
    await machine.run(3);
    const checkpoint = await machine.open({
      query: { ...query, queryId: 'another', createdMs: 9 },
    });
    expect(checkpoint.queryId).toBe('q-1');
    expect(checkpoint.isNew).toBe(false);
    expect(checkpoint.lastPlanned).toEqual(planOf(2));
    expect(checkpoint.lastEpoch).toEqual(epochOf(2));
  });

  it('keeps fields of a plan that it does not know', async () => {
    const machine = new Machine();
    const checkpoint = await machine.open();
    const plan = {
      ...planOf(0),
      idle: { 'withWatermark-0': 7 },
      turns: [{ ...planOf(0).turns[0], extra: [1] }],
    };
    await checkpoint.plan(plan as never);
    await checkpoint.close();
    expect((await machine.open()).lastPlanned).toEqual(plan);
  });

  describe('recovers', () => {
    it.each([
      [0, undefined],
      [1, 0],
      [7, 6],
    ])('a batch %p that was planned and not committed after %p', async (planned, committed) => {
      const machine = new Machine();
      if (committed !== undefined) await machine.run(committed + 1);
      const before = await machine.open();
      await before.plan(planOf(planned));
      await before.close();
      const checkpoint = await machine.open();
      expect(checkpoint.lastPlanned?.batchId).toBe(planned);
      expect(checkpoint.lastEpoch?.batchId).toBe(committed);
    });

    it('nothing else: plans two ahead', async () => {
      const machine = new Machine();
      await machine.run(1);
      const store = machine.state.clone();
      await machine.run(2);
      machine.state = store;
      await expect(machine.open()).rejects.toThrow(
        new StreamingError('CHECKPOINT_POSITION', {
          directory: location,
          planned: 'batch 2',
          committed: 'batch 0',
          reason: 'the commit of batch 1 is missing',
        }),
      );
    });

    it('nothing else: an epoch without its plan', async () => {
      const machine = new Machine();
      await machine.run(3);
      for (const folder of ['offsets', 'planned']) {
        machine.files.damage(`${location}/${folder}/2`, () => undefined);
      }
      await expect(machine.open()).rejects.toThrow('planned batch 1 and committed batch 2');
    });

    it('nothing else: an epoch without any plan', async () => {
      const machine = new Machine();
      await machine.run(1);
      for (const folder of ['offsets', 'planned']) {
        machine.files.damage(`${location}/${folder}/0`, () => undefined);
      }
      await expect(machine.open()).rejects.toThrow('planned nothing and committed batch 0');
    });

    it('a newest plan that is lost, from its second name', async () => {
      const machine = new Machine();
      await machine.run(2);
      const before = await machine.open();
      await before.plan(planOf(2));
      await before.close();
      machine.files.damage(`${location}/offsets/2`, () => undefined);
      const checkpoint = await machine.open();
      expect(checkpoint.lastPlanned).toEqual(planOf(2));
      expect(checkpoint.replays).toEqual([planOf(2)]);
      expect(machine.files.paths()).toContain(`${location}/offsets/2`);
      await checkpoint.close();
    });

    it('not a newest plan that says it stands behind a gap', async () => {
      const machine = new Machine();
      await machine.run(3);
      machine.files.damage(`${location}/offsets/2`, () => undefined);
      machine.files.damage(`${location}/offsets/1`, () => undefined);
      await expect(machine.open()).rejects.toMatchObject({ code: 'CHECKPOINT_GAP' });
    });

    it('nothing else: a plan without any epoch', async () => {
      const machine = new Machine();
      await machine.run(2);
      machine.state = new MemoryBytes();
      await expect(machine.open()).rejects.toThrow('planned batch 1 and committed nothing');
    });

    it('not over a gap', async () => {
      const machine = new Machine();
      await machine.run(4);
      machine.files.damage(`${location}/offsets/1`, () => undefined);
      await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_GAP'));
    });
  });

  it('refuses the newest plan whichever byte is damaged', async () => {
    const machine = new Machine();
    await machine.run(1);
    const path = `${location}/offsets/0`;
    const bytes = (await machine.files.read(path)) as Uint8Array;
    for (let i = 0; i < bytes.length; i++) {
      machine.files.damage(path, () => bytes.with(i, (bytes[i] as number) ^ 0x10));
      await expect(machine.open()).rejects.toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^CHECKPOINT_(DAMAGED|FORMAT_UNSUPPORTED|QUERY_ID)$/),
          message: expect.stringContaining(path),
        }),
      );
    }
  });

  it('refuses a plan of any other length', async () => {
    const machine = new Machine();
    await machine.run(1);
    const path = `${location}/offsets/0`;
    const bytes = (await machine.files.read(path)) as Uint8Array;
    for (let i = 0; i < bytes.length; i++) {
      machine.files.damage(path, () => bytes.slice(0, i));
      await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_DAMAGED'));
    }
    machine.files.damage(path, () => Uint8Array.from([...bytes, 10]));
    await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_DAMAGED'));
  });

  it('refuses a plan of another batch in the name of this one', async () => {
    const machine = new Machine();
    await machine.run(2);
    const old = (await machine.files.read(`${location}/offsets/0`)) as Uint8Array;
    machine.files.damage(`${location}/offsets/1`, () => old);
    await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_DAMAGED'));
  });

  it('refuses a plan of another query', async () => {
    const [machine, other] = [new Machine(), new Machine()];
    await machine.run(1);
    const theirs = await other.open({ query: { ...query, queryId: 'q-2' } });
    await theirs.plan(planOf(0));
    const plan = (await other.files.read(`${location}/offsets/0`)) as Uint8Array;
    machine.files.damage(`${location}/offsets/0`, () => plan);
    await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_QUERY_ID'));
  });

  it('refuses state of another query', async () => {
    const [machine, other] = [new Machine(), new Machine()];
    await machine.run(1);
    const theirs = await other.open({ query: { ...query, queryId: 'q-2' } });
    await theirs.backend.commit(epochOf(0, 'q-2'));
    machine.state = other.state;
    await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_QUERY_ID'));
  });

  it('refuses plans without metadata: a new id would defeat the sink', async () => {
    const machine = new Machine();
    await machine.run(1);
    machine.files.damage(`${location}/metadata`, () => undefined);
    await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_DAMAGED'));
  });

  it('refuses a newer format before it writes anything', async () => {
    const machine = new Machine();
    await machine.run(1);
    for (const file of ['metadata', 'offsets/0']) {
      const path = `${location}/${file}`;
      const before = (await machine.files.read(path)) as Uint8Array;
      const newer = Buffer.from(before)
        .toString('latin1')
        .replace(/^(millrace [a-z]+) 1/, '$1 2');
      machine.files.damage(path, () => Buffer.from(newer, 'latin1'));
      const paths = machine.files.paths();
      await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_FORMAT_UNSUPPORTED'));
      expect(machine.files.paths()).toEqual(paths);
      machine.files.damage(path, () => before);
    }
  });

  it('refuses a copy of a checkpoint, and takes it over when told to', async () => {
    const machine = new Machine();
    await machine.run(1);
    const copy = new Machine();
    await copy.files.makeDirectory('/else');
    await copy.files.makeDirectory(`${location}/offsets`);
    for (const path of machine.files.paths()) {
      await copy.files.makeDirectory(path.slice(0, path.lastIndexOf('/')));
      await copy.files.publish(path, (await machine.files.read(path)) as Uint8Array);
    }
    copy.state = machine.state;
    await expect(copy.open()).rejects.toThrow(code('CHECKPOINT_COPIED'));
    await copy.files.remove(`${location}/identity`);
    expect((await copy.open()).queryId).toBe('q-1');
  });

  it('refuses a second owner, and is free after a close', async () => {
    const machine = new Machine();
    const first = await machine.open();
    await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_LOCKED'));
    await first.close();
    await first.close();
    await (await machine.open()).close();
  });

  it('is free after a failed open', async () => {
    const machine = new Machine();
    await machine.run(1);
    const path = `${location}/offsets/0`;
    const bytes = (await machine.files.read(path)) as Uint8Array;
    machine.files.damage(path, () => new Uint8Array(0));
    await expect(machine.open()).rejects.toThrow(code('CHECKPOINT_DAMAGED'));
    machine.files.damage(path, () => bytes);
    expect((await machine.open()).lastPlanned).toEqual(planOf(0));
  });

  it('fences a zombie: the plan of a batch is published once', async () => {
    const machine = new Machine();
    const zombie = await machine.open();
    const withoutLock = Object.assign(Object.create(machine.files), { lock: undefined });
    const alive = await machine.open({ fileSystem: withoutLock });
    await alive.plan(planOf(0));
    await expect(zombie.plan(planOf(0))).rejects.toThrow(
      expect.objectContaining({
        code: 'CHECKPOINT_CONCURRENT',
        params: { file: `${location}/offsets/0`, batchId: 0 },
      }),
    );
  });

  it('fences a zombie whose unfinished plan the next owner has removed', async () => {
    const machine = new Machine();
    const publish = (path: string, content: Uint8Array, options?: PublishOptions) =>
      path.includes('offsets')
        ? Promise.reject(Object.assign(new Error('ENOENT: link'), { code: 'ENOENT' }))
        : machine.files.publish(path, content, options);
    const slow = Object.assign(Object.create(machine.files), { publish });
    const zombie = await machine.open({ fileSystem: slow });
    await expect(zombie.plan(planOf(0))).rejects.toThrow('ENOENT');
    await machine.open({
      fileSystem: Object.assign(Object.create(machine.files), { lock: undefined }),
    });
    await expect(zombie.plan(planOf(0))).rejects.toThrow(
      expect.objectContaining({
        code: 'CHECKPOINT_CONCURRENT',
        params: { file: `${location}/runs/2`, batchId: 0 },
      }),
    );
  });

  it('keeps 100 plans', async () => {
    const machine = new Machine();
    await machine.run(103);
    const plans = await machine.files.list(`${location}/offsets`);
    expect(plans.length).toBe(100);
    expect(plans).not.toContain('2');
    expect(plans).toContain('3');
    await machine.run(1);
    expect((await machine.files.list(`${location}/offsets`)).length).toBe(100);
  });

  it('deletes what a crash has left unfinished', async () => {
    const machine = new Machine();
    await machine.run(1);
    await machine.files.publish(`${location}/offsets/.tmp-left`, new Uint8Array(3));
    await machine.open();
    expect(await machine.files.list(`${location}/offsets`)).toEqual(['0']);
  });

  it('calls each kill point it owns, in order', async () => {
    const points: string[] = [];
    const checkpoint = await new Machine().open({ killPoint: (name) => points.push(name) });
    await checkpoint.plan(planOf(0));
    await checkpoint.backend.commit(epochOf(0));
    await checkpoint.purge(0);
    expect(points).toEqual(
      ['kp1', 'kp2', 'kp4', 'kp9', 'kp11'].flatMap((kp) => [`${kp}:before`, `${kp}:after`]),
    );
  });

  it('names folders of sources so that they stay inside', async () => {
    const checkpoint = await new Machine().open();
    expect(checkpoint.sourceDirectory('0')).toBe(`${location}/sources/0`);
    expect(checkpoint.sourceDirectory('../../etc')).toBe(`${location}/sources/..%2F..%2Fetc`);
  });

  describe('after a loss of power at any step', () => {
    /** Runs until the step with this number fails, as the machine does. */
    async function runUntil(machine: Machine, budget: { steps: number }): Promise<number> {
      let acknowledged = -1;
      try {
        const checkpoint = await machine.open();
        for (let i = 0; i < 3; i++) {
          const batchId = (checkpoint.lastPlanned?.batchId ?? -1) + 1 + i;
          await checkpoint.plan(planOf(batchId));
          acknowledged = batchId;
          await checkpoint.backend.commit(epochOf(batchId));
          await checkpoint.purge(batchId);
        }
        await checkpoint.close();
      } catch (error) {
        if (budget.steps >= 0) throw error;
      }
      return acknowledged;
    }

    const crashing = (steps: number, ignored: readonly ('fsync' | 'fsync directory')[] = []) => {
      const budget = { steps };
      const machine = new Machine({
        ignored,
        onStep: () => {
          if (budget.steps-- <= 0) throw Object.assign(new Error('power is gone'), { code: 'EIO' });
        },
      });
      return { budget, machine };
    };

    it('opens, and has every plan that was acknowledged', async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(60), fc.nat(), async (steps, seed) => {
          const { budget, machine } = crashing(steps);
          const acknowledged = await runUntil(machine, budget);
          budget.steps = Number.POSITIVE_INFINITY;
          machine.files.crash(seed);
          const checkpoint = await machine.open();
          expect(checkpoint.lastPlanned?.batchId ?? -1).toBeGreaterThanOrEqual(acknowledged);
        }),
        { numRuns: 300 },
      );
    });

    it.each([['fsync' as const], ['fsync directory' as const]])(
      'would not without %s',
      async (ignored) => {
        let losses = 0;
        for (let seed = 0; seed < 100; seed++) {
          const { budget, machine } = crashing(Number.POSITIVE_INFINITY, [ignored]);
          const acknowledged = await runUntil(machine, budget);
          machine.files.crash(seed);
          const planned = await machine.open().then(
            (checkpoint) => checkpoint.lastPlanned?.batchId ?? -1,
            () => -1,
          );
          if (planned < acknowledged) losses++;
        }
        expect(losses).toBeGreaterThan(0);
      },
    );
  });
});
