import type { Random } from '../random.js';
import type { Event } from '../workloads/workload.js';
import { later } from './later.js';
import type { Process } from './process.js';
import { hops } from './simSource.js';

/** Turns of the event loop after which a question is answered though nothing else happens. */
const turnsOfAnswer = [0, 1, 3, 8];
/** Steps of the process until then: so it comes between the steps of a commit, or of a plan. */
const stepsOfAnswer = [1, 1, 2, 4, 8];

/**
 * Something outside that an asynchronous operator asks about each row. It answers in the order of the
 * questions, since a replay must give the same rows, but at moments of its own.
 */
export class Service {
  private before: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly process: Process,
    private readonly random: Random,
  ) {}

  readonly ask = (row: Event): Promise<Event> => {
    // Most come with the answer before: a batch has few moments, and most faults are for other doors.
    if (this.random.chance(0.8)) return this.answer(() => row);
    this.process.step('operator asks');
    return this.answer(async () => {
      await this.moment();
      return row;
    });
  };

  private answer(body: () => Event | Promise<Event>): Promise<Event> {
    const answer = this.before.then(body);
    // Whoever asked is told of a failure; the next answer has nothing to do with it.
    this.before = answer.catch(() => undefined);
    return answer;
  }

  private async moment(): Promise<void> {
    const { process, random } = this;
    const turns = later(random.pick(turnsOfAnswer), () => undefined);
    await Promise.race([turns, process.after(random.pick(stepsOfAnswer))]);
    await hops(random);
    if (process.isOver) return; // it answers when it likes
    process.step('operator answers');
    if (process.isSilent) await new Promise(() => undefined);
  }
}
