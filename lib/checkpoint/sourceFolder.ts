import { dirname, join } from 'node:path';
import { isPromise, type MaybePromise } from '../maybe.js';
import { checkpointError } from './placeFault.js';

/** What a source keeps in the checkpoint lies there. */
export function sourceFolder(location: string, sourceId: string): string {
  return join(location, 'sources', encodeURIComponent(sourceId));
}

/** Runs what works on the files of that folder: where it takes no writes, the error names the checkpoint. */
export function inSourceFolder<T>(folder: string, body: () => MaybePromise<T>): MaybePromise<T> {
  const fail = (error: unknown): never => {
    throw checkpointError(dirname(dirname(folder)), error);
  };
  try {
    const answer = body();
    return isPromise(answer) ? answer.then(undefined, fail) : answer;
  } catch (error) {
    return fail(error);
  }
}
