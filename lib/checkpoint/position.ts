import { StreamingError } from '../errors.js';
import type { Restored } from './restored.js';

/**
 * Whether a newest plan and a newest commit may belong together: equal, or the plan one ahead, which
 * is a batch to run again; in a restored checkpoint, ahead up to what was planned before. Throws
 * `CHECKPOINT_POSITION` otherwise; nothing is guessed.
 */
export function mustBelongTogether(
  directory: string,
  planned: number | undefined,
  committed: number | undefined,
  restored?: Restored,
): void {
  const [plan, epoch] = [planned ?? -1, committed ?? -1];
  if (plan === epoch || plan === epoch + 1) return;
  if (restored && epoch >= restored.batchId && plan > epoch && plan <= restored.plannedUpTo) return;
  const reason =
    plan < epoch
      ? `the plan of batch ${epoch} is missing`
      : plan - epoch === 2
        ? `the commit of batch ${epoch + 1} is missing`
        : `the commits of batches ${epoch + 1} to ${plan - 1} are missing`;
  throw new StreamingError('CHECKPOINT_POSITION', {
    directory,
    planned: nameOf(planned),
    committed: nameOf(committed),
    reason,
  });
}

function nameOf(batchId: number | undefined): string {
  return batchId === undefined ? 'nothing' : `batch ${batchId}`;
}
