/**
 * What a timed table knows about the times on its disk, so that most lookups need not ask it.
 *
 * Invariants: every stored entry with time <= `knownUpTo` is in memory; no stored entry has a time
 * above `last`; `first` is the smallest stored time above `knownUpTo`, or 'unknown'.
 */
export class StoredTimes {
  knownUpTo: number;
  last: number;
  first: number | undefined | 'unknown';
  /** Grows with whatever may make an answer about the first time wrong that was asked for before. */
  changes = 0;
  /** The largest time that was stored since the start: the disk may not have it yet when it is asked. */
  private newest = Number.NEGATIVE_INFINITY;

  constructor(empty: boolean) {
    this.knownUpTo = empty ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    this.last = empty ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    this.first = empty ? undefined : 'unknown';
  }

  /** Whether everything up to `time`, and so what is due there, is in memory. */
  isKnown(time: number): boolean {
    return time <= this.knownUpTo;
  }

  /** Whether nothing that is stored up to `time` is missing in memory; if so, remembers it. */
  learnNothingUpTo(time: number): boolean {
    if (this.first === 'unknown' || (this.first !== undefined && this.first <= time)) return false;
    this.knownUpTo = time;
    return true;
  }

  /** Whether a time that is not in memory cannot be on disk either. */
  isFree(time: number): boolean {
    return time <= this.knownUpTo || time > this.last;
  }

  noteStored(time: number): void {
    if (time > this.last) this.last = time;
    if (time > this.newest) this.newest = time;
    if (this.first === 'unknown' || time <= this.knownUpTo) return;
    if (this.first === undefined || time < this.first) this.first = time;
  }

  noteRemoved(time: number): void {
    this.changes++;
    if (time === this.first) this.first = 'unknown';
  }

  /** An entry of this time has been dropped from memory, so that only the disk has it. */
  forgetFrom(time: number): void {
    this.changes++;
    if (time > this.knownUpTo) {
      // The disk may have answered what its first time is before the entry got there.
      if (this.first === undefined || (this.first !== 'unknown' && time < this.first)) {
        this.first = time;
      }
      return;
    }
    this.knownUpTo = Number.NEGATIVE_INFINITY;
    this.first = 'unknown';
  }

  learnLast(time: number | undefined): void {
    this.last = Math.max(time ?? Number.NEGATIVE_INFINITY, this.newest);
  }
}
