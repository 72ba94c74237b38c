import type { StandardSchemaV1 } from '@standard-schema/spec';
import { StreamingError } from '../errors.js';

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
 * Makes the check of a Standard Schema, so that rows may be checked by the library that a program already
 * uses.
 *
 * Errors: the function throws `ROW_INVALID` for a value with issues, TypeError where the schema validates
 *         asynchronously: a row is read in one step. What `validate` throws passes.
 */
export function standardValidator<Output>(
  schema: StandardSchemaV1<unknown, Output>,
  operator: string,
): (value: unknown) => Output {
  const { vendor } = schema['~standard'];
  return (value) => {
    const answer = schema['~standard'].validate(value);
    if (answer instanceof Promise) {
      answer.catch(() => undefined); // it is refused already
      throw new TypeError(
        `${operator}: the ${vendor} schema validates asynchronously: take the asynchronous check out, or do it in mergeMap`,
      );
    }
    if (answer.issues === undefined) return answer.value;
    const issues = answer.issues.slice(0, shownIssues).map(issueText).join('; ');
    throw new StreamingError('ROW_INVALID', { operator, vendor, issues });
  };
}

function issueText({ message, path }: StandardSchemaV1.Issue): string {
  if (path === undefined || path.length === 0) return message;
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return `${keys.join('.')}: ${message}`;
}
