import { StreamingError } from '../../index.js';
import { Random } from '../random.js';
import type { Outcome } from '../suite.js';
import { damage } from './damage.js';
import { rowCount, table, windows, windowsOfLittleRoom } from './scenario.js';
import { copyOf, Templates } from './templates.js';

let made: Promise<readonly Templates[]> | undefined;
const templates = () => {
  made ??= Promise.all(
    [windows, windowsOfLittleRoom, table].map((scenario) => Templates.of(scenario)),
  );
  return made;
};

/** Damages a stopped query and starts it again: the right answer, or a coded error. */
export async function rot(seed: number): Promise<Outcome> {
  const random = new Random(seed);
  const { here: folder, older, last } = random.pick(await templates());
  const template = random.pick(last);
  const { scenario, known } = template;
  copyOf(template, folder);
  const { kind, text } = damage(random, folder, random.pick(older));
  const { query } = await scenario.live({ folder, known, available: rowCount, completes: true });
  const code = codeOf(query.exception);
  const wrong = code === undefined ? await wrongIn(() => scenario.differenceIn(folder)) : undefined;
  const verdict = code ?? wrong?.code ?? 'right answer';
  const reason =
    wrong !== undefined && wrong.code === undefined
      ? `${scenario.name}, ${template.folder}, ${text} gave a wrong answer: ${wrong.reason}`
      : undefined;
  return { reason, planned: 1, fired: 1, counts: { [kind]: 1, [`ended in ${verdict}`]: 1 } };
}

/** Reading the output may find the damage too: a manifest that does not verify is no wrong answer. */
async function wrongIn(
  difference: () => Promise<string | undefined>,
): Promise<{ readonly code?: string; readonly reason: string } | undefined> {
  try {
    const reason = await difference();
    return reason === undefined ? undefined : { reason };
  } catch (error) {
    if (error instanceof StreamingError) return { code: error.code, reason: error.message };
    throw error;
  }
}

/** Of a failed batch or query the code of its cause; none: what failed had no code. */
export function codeOf(exception: StreamingError | undefined): string | undefined {
  if (exception === undefined) return undefined;
  const { cause } = exception;
  return cause instanceof StreamingError ? cause.code : exception.code;
}
