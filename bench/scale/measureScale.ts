import { foreachBatch, memoryStream, readStream, writeStream } from '../../index.js';
import { medianOf } from '../figures.js';
import { type Row, scales } from './scales.js';

/**
 * One point: `measureScale.js <scale> <size>` prints nanoseconds of processor time per row, of all
 * threads, median of three: neighbours on the machine disturb it less than the clock.
 */
const [name = '', size = '1'] = process.argv.slice(2);
const scale = scales.get(name);
if (!scale) throw new Error(`no scale ${name}`);
const { rows, perBatch, build } = scale.of(Number(size));

let kept: unknown; // keeps the compiler from dropping rows that nobody reads

async function run(batches: readonly (readonly Row[])[]): Promise<number> {
  const source = memoryStream<Row>({ maxCallsPerTrigger: 1 });
  for (const batch of batches) source.addAll(batch);
  source.complete();
  const began = process.cpuUsage();
  const sink = foreachBatch<unknown>((out) => {
    kept = out.at(-1);
  });
  await writeStream(build(readStream(source)), { sink, outputMode: 'update' }).awaitTermination();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e3;
}

const batches: (readonly Row[])[] = [];
for (let at = 0; at < rows; at += perBatch) {
  const length = Math.min(perBatch, rows - at);
  batches.push(Array.from({ length }, (_, i) => scale.row(at + i, Number(size))));
}
await run(batches);
const times: number[] = [];
for (let round = 0; round < 3; round++) times.push(await run(batches));
console.log(Math.round((medianOf(times) * 1e6) / rows));
if (kept === name) console.log(kept); // never: reads `kept`
