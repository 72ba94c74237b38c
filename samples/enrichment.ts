/**
 * A stream joined with an HTTP service in RxJS's own mergeMap: four requests at a time.
 *
 * A batch waits for its answers. If it is run again after a crash, the service is asked again: the
 * engine counts each row once, whatever the service answers the second time.
 *
 *     npm run sample -- enrichment
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mergeMap } from 'rxjs';
import {
  aggregate,
  asc,
  consoleSink,
  groupByKey,
  memoryStream,
  named,
  orderBy,
  readStream,
  writeStream,
} from '../index.js';

const countries: ReadonlyMap<string, string> = new Map([
  ['/users/ada', 'GB'],
  ['/users/bob', 'US'],
  ['/users/cyd', 'GB'],
]);
const service = createServer((request, response) => {
  response.end(countries.get(request.url ?? '') ?? 'unknown');
}).listen(0, '127.0.0.1');
await once(service, 'listening');
const { port } = service.address() as AddressInfo;

async function withCountry(order: { user: string; amount: number }) {
  const response = await fetch(`http://127.0.0.1:${port}/users/${order.user}`);
  return { ...order, country: await response.text() };
}

const orders = memoryStream<{ user: string; amount: number }>();
const perCountry = readStream(orders).pipe(
  named('countries', mergeMap(withCountry, 4)),
  groupByKey((order) => order.country),
  aggregate((rows) => ({ orders: rows.count(), amount: rows.sum((order) => order.amount) })),
  orderBy(asc((row) => row.key)),
);
const query = writeStream(perCountry, { sink: consoleSink(), outputMode: 'complete' });

orders.addData({ user: 'ada', amount: 10 }, { user: 'bob', amount: 7 });
await query.processAllAvailable();
orders.addData({ user: 'cyd', amount: 5 }, { user: 'dan', amount: 1 });
await query.processAllAvailable();
await query.stop();
service.closeAllConnections();
service.close();
