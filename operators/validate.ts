import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Observable, OperatorFunction } from 'rxjs';
import type { PlanNode } from '../lib/plan/planNode.js';
import { isStandardSchema, standardValidator } from '../lib/schema/standardSchema.js';
import { DataStream, planOf } from '../lib/stream/dataStream.js';
import { mapStage } from './internal/mapStage.js';

/**
 * Checks each row with a validator that follows Standard Schema (zod, valibot, arktype …).
 *
 * In:     rows of any type, as they come from outside.
 * Out:    what the schema makes of each row, in order, with the event time of the row it was made from.
 * Errors: TypeError for what is no Standard Schema; a row with issues is a failed row (`ROW_INVALID`, with
 *         the issues and their paths), as one for which `validate` throws or answers with a promise.
 * Source: https://standardschema.dev, version 1.
 * @example
 * events$.pipe(validate(clickSchema)); // clickSchema = z.object({ user: z.string(), at: z.date() })
 * @since 0.1.0
 */
export function validate<Output>(
  schema: StandardSchemaV1<unknown, Output>,
): OperatorFunction<unknown, Output> {
  if (!isStandardSchema(schema)) {
    throw new TypeError(
      `validate takes a Standard Schema such as z.object({ … }), not ${String(schema)}`,
    );
  }
  const check = standardValidator(schema, 'validate');
  return (source: Observable<unknown>) => {
    const node: PlanNode = {
      kind: 'validate',
      inputs: [planOf(source)],
      label: schema['~standard'].vendor,
      traits: { mapsEachRow: true, namesErrors: true },
      stage: (ctx, out) => mapStage(ctx, out, check),
    };
    return new DataStream<Output>(node);
  };
}
