/** Stands where a stored value has no value of its type: it makes its row a bad record. */
export class BadCell {
  constructor(readonly reason: string) {}
}
