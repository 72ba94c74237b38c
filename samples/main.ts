/**
 * `npm run sample -- wordCount` runs a sample; without a name it lists them. Each sample is a program
 * of its own: this file finds it, and stops its queries upon Ctrl-C.
 */
import { queries, StreamingError } from '../index.js';
import { catalogue } from './catalogue/catalogue.js';

const samples = catalogue();
const [name] = process.argv.splice(2, 1);
const chosen = samples.find((sample) => sample.name === name);
if (chosen !== undefined) {
  process.once('SIGINT', () => void Promise.all(queries.active.map((query) => query.stop())));
  await import(`./${chosen.file.replace(/\.ts$/, '.js')}`).catch((error: unknown) => {
    if (!(error instanceof StreamingError)) throw error;
    console.error(`${error.code}: ${error.message}`);
    process.exitCode = 1;
  });
} else {
  if (name !== undefined) {
    console.error(`there is no sample ${name}; these are there:\n`);
    process.exitCode = 1;
  }
  const width = Math.max(...samples.map((sample) => sample.name.length));
  for (const sample of samples) console.log(`${sample.name.padEnd(width)}  ${sample.shows}`);
}
