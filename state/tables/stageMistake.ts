/** Mistakes of a stage against the contract of its tables: no code, they are bugs of an operator. */
export function duplicateKey(operatorId: string, table: string): TypeError {
  return new TypeError(
    `${operatorId} inserted a key twice into its table '${table}': call find first, and touch`,
  );
}

export function notLoaded(
  operatorId: string,
  table: string,
  used: string,
  needed: string,
): TypeError {
  return new TypeError(
    `${operatorId} used ${used} of its table '${table}' without ${needed}: await it in prepare`,
  );
}

export function notATime(operatorId: string, table: string, time: number): RangeError {
  return new RangeError(
    `${operatorId}, table '${table}': time must be a finite number, got ${time}`,
  );
}
