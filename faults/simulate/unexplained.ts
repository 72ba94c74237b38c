import { StreamingError } from '../../lib/errors.js';
import { type Fault, Injected, Killed } from './process.js';

/** What a life has met. */
export interface Met {
  readonly fault: Fault | undefined;
  readonly firedAt: string | undefined;
}

/** The file system's wrapping of its own errors: of the one call that checks the location. */
const locationDoor = 'mkdir';
const storeDoors = ['store write', 'store reply'];

/**
 * Why `error` is none that the fault of this life leads to; undefined if it is. What was thrown at the
 * door must lie at the bottom, and only codes that belong to the door may lie above it.
 */
export function unexplained(error: StreamingError, { fault, firedAt }: Met): string | undefined {
  const chain = chainOf(error);
  const codes = chain.map((one) => (one instanceof StreamingError ? one.code : one.name));
  const told = `ended with ${codes.join(' of ')} (${error.message})`;
  if (fault === undefined || firedAt === undefined) return `${told} without a fault`;
  const why = `${told} after ${fault.kind} at ${firedAt}`;
  const [outer, ...inner] = codes;
  const middle = inner.slice(0, -1).join();
  const bottom = chain.at(-1);
  if (outer === 'CHECKPOINT_LOCATION') {
    if (firedAt !== locationDoor || middle !== '') return why;
  } else if (outer !== 'QUERY_FAILED' && outer !== 'BATCH_FAILED') return why;
  if (fault.kind === 'silence') {
    return inner.join() === 'RX_DID_NOT_COMPLETE' ? undefined : why;
  }
  const isOf = fault.kind === 'error' ? isInjectedAt(bottom, firedAt) : bottom instanceof Killed;
  if (!isOf) return why;
  if (middle === '') return undefined;
  // A dead process finds its store closed at whatever it did when it died.
  const isStore = fault.kind !== 'error' || storeDoors.includes(firedAt);
  return middle === 'STATE_OUTCOME_UNKNOWN' && isStore ? undefined : why;
}

function isInjectedAt(error: unknown, door: string): boolean {
  return error instanceof Injected && error.door === door;
}

/** The error and its causes, outermost first. */
function chainOf(error: Error): readonly Error[] {
  const chain = [error];
  for (let { cause } = error; cause instanceof Error; cause = cause.cause) chain.push(cause);
  return chain;
}
