import { filter, map, Observable, scan } from 'rxjs';
import {
  count,
  foreachBatch,
  groupByKey,
  memoryStream,
  outputMode,
  readStream,
  select,
  where,
  writeStream,
} from '../../index.js';
import { medianOf, parseArguments, shortNumber, tableOf, timeAlternately } from '../figures.js';

/**
 * Against RxJS in the same process: `npm run bench:live -- [--rows 1000000] [--rounds 5] [--json]`.
 *
 * A live subscription that counts by key against `scan` over a Map; `where` and `select` in a query
 * against `filter` and `map` in the same query.
 */
const args = parseArguments(process.argv.slice(2), { rows: '1000000', rounds: '5', json: 'false' });

interface Click {
  readonly user: number;
  readonly ms: number;
}

const clicks: readonly Click[] = Array.from({ length: Number(args.rows) }, (_, i) => ({
  user: (i * 7919) % 1000,
  ms: i % 100,
}));
const clicks$ = new Observable<Click>((subscriber) => {
  for (const click of clicks) subscriber.next(click);
  subscriber.complete();
});

let kept: unknown; // keeps the compiler from dropping rows that nobody reads
const keep = (row: unknown) => {
  kept = row;
};

function countedByScan(): void {
  const counts = new Map<number, number>();
  const counted$ = clicks$.pipe(
    scan((_, { user }) => {
      const n = (counts.get(user) ?? 0) + 1;
      counts.set(user, n);
      return { key: user, count: n };
    }, {} as object),
  );
  counted$.subscribe(keep);
}

function countedLive(): void {
  clicks$
    .pipe(
      groupByKey(({ user }) => user),
      count(),
      outputMode('update'),
    )
    .subscribe(keep);
}

async function inQuery(build: (rows: Observable<Click>) => Observable<unknown>): Promise<void> {
  const source = memoryStream<Click>({ maxCallsPerTrigger: 1 });
  for (let at = 0; at < clicks.length; at += 100_000) source.addAll(clicks.slice(at, at + 100_000));
  source.complete();
  const sink = foreachBatch<unknown>((rows) => keep(rows.at(-1)));
  await writeStream(build(readStream(source)), { sink }).awaitTermination();
}

const slow = ({ ms }: Click) => ms >= 50;
const seconds = ({ user, ms }: Click) => ({ user, seconds: ms / 1000 });

const timings = await timeAlternately(
  {
    'scan over a Map': countedByScan,
    'groupByKey, count, live': countedLive,
    'filter, map in a query': () => inQuery((rows) => rows.pipe(filter(slow), map(seconds))),
    'where, select in a query': () => inQuery((rows) => rows.pipe(where(slow), select(seconds))),
  },
  Number(args.rounds),
);
const medians = Object.fromEntries(
  Object.entries(timings).map(([name, all]) => [name, medianOf(all)]),
);
if (args.json === 'true') console.log(JSON.stringify({ rows: clicks.length, seconds: medians }));
else {
  const rows = Object.entries(medians).map(([name, s]) => [name, shortNumber(clicks.length / s)]);
  console.log(tableOf(['', 'rows/s'], rows));
  const ratio = (a: string, b: string) => ((medians[a] ?? 0) / (medians[b] ?? 0)).toFixed(2);
  const live = ratio('groupByKey, count, live', 'scan over a Map');
  console.log(`a live count takes ${live} times what scan takes`);
  const rx = ratio('filter, map in a query', 'where, select in a query');
  console.log(`where and select are ${rx} times as fast as filter and map`);
}
if (kept === args) console.log(kept); // never: reads `kept`
