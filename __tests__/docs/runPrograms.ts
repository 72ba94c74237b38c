import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

/** What a program printed, and why it failed, if it did. */
export interface Outcome {
  readonly stdout: string;
  readonly failure: string | undefined;
}

interface Order {
  readonly index: string;
  readonly programs: readonly string[];
  readonly answer: string;
}

/** One after the other in one process, each in an empty folder of its own. */
async function main(orderFile: string): Promise<void> {
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as Order;
  const { queries } = (await import(pathToFileURL(order.index).href)) as {
    queries: { readonly active: readonly unknown[] };
  };
  const outcomes: Outcome[] = [];
  for (const file of order.programs) {
    const { stdout, failure } = await runOne(file);
    const left = queries.active.length > 0 ? 'a query is still running at its end' : undefined;
    outcomes.push({ stdout, failure: failure ?? left });
    writeFileSync(order.answer, JSON.stringify(outcomes));
    if (left) break; // it would disturb the next
  }
  process.exit(0);
}

async function runOne(file: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-docs-'));
  const home = process.cwd();
  const { stdout } = process;
  const write = stdout.write;
  let text = '';
  stdout.write = ((part: string | Uint8Array) => {
    text += typeof part === 'string' ? part : Buffer.from(part).toString('utf8');
    return true;
  }) as typeof write;
  let failure: string | undefined;
  try {
    process.chdir(folder);
    await import(pathToFileURL(file).href);
  } catch (error) {
    failure = inspect(error);
  } finally {
    stdout.write = write;
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  }
  return { stdout: text, failure };
}

await main(process.argv[2] ?? '');
