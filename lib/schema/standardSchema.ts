import type { StandardSchemaV1 } from '@standard-schema/spec';
import { BAD, type Converted } from './bad.js';

/** Turns values into the output of a Standard Schema. */
export interface StandardReader<Output> {
  /** The output, or `BAD` if the value has issues. */
  readonly row: (value: unknown) => Converted<Output>;
  /** The issues of a value, with their paths; undefined if there are none. */
  readonly problem: (value: unknown) => string | undefined;
}

const shownIssues = 5;

/** Whether a value is a Standard Schema (zod, valibot, arktype …): an object or function that says so. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = (value as { '~standard'?: unknown })['~standard'];
  if (typeof standard !== 'object' || standard === null) return false;
  const { version, validate } = standard as { version?: unknown; validate?: unknown };
  return version === 1 && typeof validate === 'function';
}

/**
 * Makes the reader of a Standard Schema, so that rows may be checked by the library that a program
 * already uses.
 *
 * Errors: TypeError, naming `option`, when the schema validates asynchronously: a row is read in one
 *         step. What `validate` throws passes.
 */
export function standardReader<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  option: string,
): StandardReader<Output> {
  const result = (value: unknown): StandardSchemaV1.Result<Output> => {
    const answer = schema['~standard'].validate(value);
    if (!(answer instanceof Promise)) return answer;
    answer.catch(() => undefined); // it is refused already
    throw new TypeError(
      `${option}: the ${schema['~standard'].vendor} schema validates asynchronously: take the asynchronous check out, or do it in mergeMap`,
    );
  };
  return {
    row: (value) => {
      const answer = result(value);
      return answer.issues === undefined ? answer.value : BAD;
    },
    problem: (value) => {
      const { issues } = result(value);
      return issues === undefined
        ? undefined
        : issues.slice(0, shownIssues).map(issueText).join('; ');
    },
  };
}

function issueText({ message, path }: StandardSchemaV1.Issue): string {
  if (path === undefined || path.length === 0) return message;
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return `${keys.join('.')}: ${message}`;
}
