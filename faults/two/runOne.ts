import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { answerOf } from '../kill/answer.js';
import type { Order } from '../kill/messages.js';
import { PlanFiles } from '../kill/planFiles.js';
import { type Scenario, scenarioOf } from '../kill/scenario.js';
import { protocolSteps } from '../kill/steps.js';
import { Random } from '../random.js';
import { scratch } from '../scratch.js';
import type { Outcome } from '../suite.js';
import { differenceOf } from '../workloads/difference.js';
import { errorIn, Party } from './party.js';

/** Queries of this suite are short: who comes first is decided at their start. */
const batches = 8;
const lastLife = 12;

/** What a loser may say; anything else is a bug, and so are two winners. */
const refusals = ['CHECKPOINT_LOCKED', 'CHECKPOINT_CONCURRENT', 'SINK_CONCURRENT'];
/** Where no lock reaches, one may find the work of both, which it refuses to go on from. */
const withoutLocks = [...refusals, 'CHECKPOINT_POSITION'];

/** The kinds of meeting; `--only` names one. */
export const meetings = [
  'race',
  'race without locks',
  'two copies',
  'zombie',
  'copy',
  'lost store',
] as const;
export type Meeting = (typeof meetings)[number];

/** Scripts of the processes: one query each, or two copies of the package in one. */
export interface Scripts {
  readonly one: string;
  readonly both: string;
}

/** Processes live on from meeting to meeting. */
export class Parties {
  private readonly free: Party[] = [];

  constructor(readonly scripts: Scripts) {}

  take(): Party {
    return this.free.pop() ?? new Party(this.scripts.one);
  }

  give(...parties: readonly Party[]): void {
    this.free.push(...parties);
  }

  end(): void {
    for (const party of this.free) party.end();
  }
}

export async function runOne(seed: number, meeting: Meeting, parties: Parties): Promise<Outcome> {
  const directory = mkdtempSync(join(scratch, 'millrace-two-'));
  const run = new Run(seed, directory, parties);
  try {
    const reason = await run.meet(meeting);
    const { workload, sink } = run.scenario;
    return {
      reason: reason && `${meeting}: ${reason} (${workload.name}; ${sink})`,
      planned: 1,
      fired: 1,
      counts: { [meeting]: 1, ...run.counts },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

class Run {
  readonly scenario: Scenario;
  readonly counts: Record<string, number> = {};
  private readonly random: Random;

  constructor(
    private readonly seed: number,
    private readonly directory: string,
    private readonly parties: Parties,
  ) {
    this.random = new Random(seed ^ 0x2e0);
    this.scenario = scenarioOf(seed, batches);
  }

  /** Answers what is wrong. */
  async meet(meeting: Meeting): Promise<string | undefined> {
    const flaw = await this.meeting(meeting);
    return flaw ?? (await this.rest());
  }

  private meeting(meeting: Meeting): Promise<string | undefined> {
    switch (meeting) {
      case 'race':
        return this.race(false);
      case 'race without locks':
        return this.race(true);
      case 'two copies':
        return this.twoCopies();
      case 'zombie':
        return this.zombie();
      case 'copy':
        return this.copy();
      case 'lost store':
        return this.lostStore();
    }
  }

  private async race(lockless: boolean): Promise<string | undefined> {
    const both = [this.parties.take(), this.parties.take()] as const;
    const life = this.random.between(2, 8);
    const codes = await Promise.all(both.map((party) => party.run(this.order({ life, lockless }))));
    this.parties.give(...both);
    return this.judge(codes, lockless ? withoutLocks : refusals);
  }

  /** Two copies of the package in one process: they share nothing but what the process has. */
  private async twoCopies(): Promise<string | undefined> {
    const party = new Party(this.parties.scripts.both);
    const second = party.next('ended');
    const first = await party.run(this.order({ life: this.random.between(2, 8) }));
    const report = await second;
    party.end();
    return this.judge([first, errorIn(report)]);
  }

  /**
   * A process is stopped in the middle of a batch, for another a dead one: locks do not reach, and even
   * LevelDB's own is gone. The other takes over; then the first wakes up and goes on.
   */
  private async zombie(): Promise<string | undefined> {
    const step = this.random.pick(protocolSteps.filter((name) => !/^kp[12]:/.test(name)));
    const kill = { step, nth: 1 };
    const party = this.parties.take();
    const stopping = party.next('stopping');
    const ended = party.run(
      this.order({ life: this.random.between(2, 6), lockless: true, kill, signal: 'SIGSTOP' }),
    );
    if ((await Promise.race([stopping, ended.then(() => 'over')])) === 'over') {
      party.end();
      return 'the process never came to its step';
    }
    this.count(`stopped at ${step}`);
    const heir = this.parties.take();
    if (this.random.chance(0.3)) {
      const code = await heir.run(this.order({ life: 7, lockless: true }));
      if (!isRefusal(code)) return `while the owner is stopped, another ends with '${code}'`;
    }
    removeLocks(join(this.directory, 'checkpoint', 'state'));
    const heirCode = await heir.run(
      this.order({ life: this.random.between(2, 9), lockless: true }),
    );
    party.wake();
    const zombieCode = await ended;
    this.parties.give(heir, party);
    if (heirCode !== '') return `the heir ends with '${heirCode}'`;
    if (zombieCode !== '' && !isRefusal(zombieCode)) return `the zombie ends with '${zombieCode}'`;
    this.count(zombieCode === '' ? 'zombie ends' : 'zombie refused');
    return undefined;
  }

  /** A copy of the checkpoint is started after the original. */
  private async copy(): Promise<string | undefined> {
    const party = this.parties.take();
    const code = await party.run(this.order({ life: this.random.between(2, 8) }));
    if (code !== '') return `the original ends with '${code}'`;
    const checkpoint = join(this.directory, 'twin');
    cpSync(join(this.directory, 'checkpoint'), checkpoint, { recursive: true });
    const copied = await party.run(this.order({ checkpoint }));
    this.parties.give(party);
    return copied.startsWith('CHECKPOINT_COPIED') ? undefined : `a copy ends with '${copied}'`;
  }

  /**
   * The state, or LevelDB's pointer to it, has gone: nothing takes its place, and nothing is deleted. If only
   * the first batch is planned, that is what a crash before its commit leaves: it comes again as it was.
   */
  private async lostStore(): Promise<string | undefined> {
    const party = this.parties.take();
    const code = await party.run(this.order({ life: this.random.between(4, 8) }));
    if (code !== '') return `the first run ends with '${code}'`;
    const checkpoint = join(this.directory, 'checkpoint');
    const onlyFirst = readdirSync(join(checkpoint, 'offsets')).join() === '0';
    const state = join(checkpoint, 'state');
    const lost = this.random.chance(0.3) ? state : (filesNamed('CURRENT', state)[0] ?? state);
    const kept = join(this.directory, 'kept');
    renameSync(lost, kept);
    const refused = await party.run(this.order({}));
    this.parties.give(party);
    if (onlyFirst && refused === '') {
      this.count('first batch came again');
      return undefined;
    }
    rmSync(lost, { recursive: true, force: true });
    renameSync(kept, lost);
    return /^(STATE|CHECKPOINT)_/.test(refused) ? undefined : `it goes on with '${refused}'`;
  }

  /** The rows that are left, and whether everything is there once. */
  private async rest(): Promise<string | undefined> {
    const party = this.parties.take();
    const code = await party.run(this.order({ life: lastLife }));
    this.parties.give(party);
    if (code !== '') return `the last run ends with '${code}'`;
    const plans = new PlanFiles(join(this.directory, 'checkpoint', 'offsets'));
    const flaw = plans.gather();
    if (flaw !== undefined) return flaw;
    const answer = await answerOf(this.scenario, this.directory, new Map());
    return differenceOf(this.scenario.workload, this.scenario.feeds, plans.plans, answer);
  }

  /** At most one has worked at a time: the other is refused, or comes when the first has ended. */
  private judge(codes: readonly string[], allowed = refusals): string | undefined {
    const strange = codes.find((code) => code !== '' && !isRefusal(code, allowed));
    if (strange !== undefined) return `one ends with '${strange}'`;
    const winners = codes.filter((code) => code === '').length;
    this.count(winners === 1 ? 'one winner' : `${winners} winners, one after the other`);
    return undefined;
  }

  private order(order: Partial<Order>): Order {
    const { seed, directory } = this;
    return {
      seed,
      directory,
      batches,
      life: lastLife,
      kill: undefined,
      completes: false,
      ...order,
    };
  }

  private count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

function isRefusal(code: string, allowed = refusals): boolean {
  return allowed.some((refusal) => code.startsWith(refusal));
}

function removeLocks(directory: string): void {
  for (const path of filesNamed('LOCK', directory)) rmSync(path);
}

function filesNamed(name: string, directory: string): readonly string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const named = entries.filter((entry) => entry.name === name);
  return named.map((entry) => join(entry.parentPath ?? entry.path, name));
}
