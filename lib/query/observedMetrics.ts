type Observed = Record<string, Readonly<Record<string, unknown>>>;

/**
 * An empty `observedMetrics` of a progress: it keeps values as aggregates gave them, bigints too, and
 * only its JSON has something else for them, without which `JSON.stringify(progress)` would throw.
 */
export function observedMetrics(): Observed {
  const observed: Observed = {};
  // Not to be seen: nobody has observed it.
  Object.defineProperty(observed, 'toJSON', { value: () => withoutBigints({ ...observed }) });
  return observed;
}

function withoutBigints(value: unknown): unknown {
  if (typeof value === 'bigint') return numberOrText(value);
  if (Array.isArray(value)) return value.map(withoutBigints);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, withoutBigints(of)]));
}

function numberOrText(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
