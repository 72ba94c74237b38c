/**
 * Number of entries of a table and a checksum of them as a multiset: it does not depend on order, and
 * an entry leaves it as it came. A missing entry shows nowhere else.
 */
export class TableTotals {
  constructor(
    public count = 0,
    public sum = 0,
    public mixed = 0,
  ) {}

  add(checksum: number): void {
    this.count++;
    this.sum = (this.sum + checksum) | 0;
    this.mixed = (this.mixed + mix(checksum)) | 0;
  }

  remove(checksum: number): void {
    this.count--;
    this.sum = (this.sum - checksum) | 0;
    this.mixed = (this.mixed - mix(checksum)) | 0;
  }

  copy(): TableTotals {
    return new TableTotals(this.count, this.sum, this.mixed);
  }

  equals(other: TableTotals): boolean {
    return this.count === other.count && this.sum === other.sum && this.mixed === other.mixed;
  }
}

/** A second sum of another function of the checksums: two lies must fit at once. */
function mix(checksum: number): number {
  return Math.imul(checksum ^ (checksum >>> 15), 0x2c1b3c6d) ^ (checksum >>> 12);
}
