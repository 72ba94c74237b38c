/** The process has died: thrown at every door of a simulated process from then on. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** An error that a fault makes a file, a source, a sink or the store answer. */
export class Injected extends Error {
  override readonly name = 'Injected';
  constructor(
    readonly code: string,
    readonly door: string,
  ) {
    super(`${code}: injected at ${door}`);
  }
}

/** What happens at a step: the process dies, the step fails once, or it is never answered. */
export interface Fault {
  readonly kind: 'kill' | 'power' | 'error' | 'silence';
  /** Steps from the start of the process; or how often, of `door` alone. */
  readonly step: number;
  readonly door?: string;
}

/**
 * One life of the program. Everything it does outside itself passes a door and is a step; at the step
 * of the fault it dies, and no later step has any effect.
 */
export class Process {
  isDead = false;
  steps = 0;
  /** The door at which the fault fired. */
  firedAt: string | undefined;
  private passed = 0;
  private tellLate: ((door: string) => void) | undefined;
  private waiting: { readonly at: number; resolve(): void }[] = [];

  constructor(readonly fault: Fault | undefined) {}

  get isOver(): boolean {
    return this.tellLate !== undefined;
  }

  /** Whoever is asked outside never answers again. */
  get isSilent(): boolean {
    return this.fault?.kind === 'silence' && this.firedAt !== undefined;
  }

  /** The query has ended: `late` is told of whatever it does from now on. */
  whenOver(late: (door: string) => void): void {
    this.tellLate = late;
  }

  /** Answers when the process has made so many more steps. */
  after(steps: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ at: this.passed + steps, resolve });
    });
  }

  step(door: string): void {
    if (this.isDead) throw new Killed(door);
    this.tellLate?.(door);
    this.pass();
    const { fault } = this;
    const only = fault?.door;
    if (only === undefined || only === door) this.steps += 1;
    if (fault === undefined || this.firedAt !== undefined) return;
    if (this.steps < fault.step || (only !== undefined && only !== door)) return;
    this.firedAt = door;
    if (fault.kind === 'silence') return;
    if (fault.kind === 'error') throw new Injected('EIO', door);
    this.isDead = true;
    throw new Killed(door);
  }

  /** A kill point lies between steps: nothing fails there, a process can only die. */
  point(name: string): void {
    if (this.fault?.kind === 'error' && this.steps + 1 >= this.fault.step) {
      if (this.isDead) throw new Killed(name);
      return this.pass();
    }
    this.step(name);
  }

  private pass(): void {
    this.passed += 1;
    if (this.waiting.length === 0) return;
    const { passed } = this;
    for (const { at, resolve } of this.waiting) if (at <= passed) resolve();
    this.waiting = this.waiting.filter(({ at }) => at > passed);
  }
}
