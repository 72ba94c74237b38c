import {
  foreachBatch,
  memorySink,
  memoryStream,
  readStream,
  type StreamingError,
  select,
  writeStream,
} from '../../index.js';
import { failureOf } from '../../lib/page/failure.js';
import { withoutPassword } from '../../lib/withoutPassword.js';

const url = 'postgres://ann:hunter2@db.example/orders';
const shown = 'postgres://***@db.example/orders';

describe('a password in a URL', () => {
  it.each([
    [`no answer of ${url}`, `no answer of ${shown}`],
    ['two: a://u:p@x, b://t@y', 'two: a://***@x, b://***@y'],
    ['http://ann:p@ss@host:80/a', 'http://***@host:80/a'],
    ['http://host/a@b and http://host?mail=a@b', 'http://host/a@b and http://host?mail=a@b'],
    ['ann@example.com', 'ann@example.com'],
  ])('is left out of %s', (text, expected) => {
    expect(withoutPassword(text)).toBe(expected);
  });

  it('stays out of what a failed query says, also on the page', async () => {
    const rows = memoryStream<number>();
    const sink = foreachBatch<number>(() => {
      throw new Error(`cannot connect to ${url}`);
    });
    const query = writeStream(readStream(rows), { sink });
    rows.addData(1);
    const error = (await query.awaitTermination().catch((e: unknown) => e)) as StreamingError;
    expect(error.message).toContain(`cannot connect to ${shown}`);
    expect(error.cause).toMatchObject({ message: `cannot connect to ${url}` });
    const failure = JSON.stringify(failureOf(error, { durable: false, restarting: false }));
    expect(failure).toContain(shown);
    expect(failure).not.toContain('hunter2');
  });

  it('stays out of the failed rows', async () => {
    const rows = memoryStream<number>();
    const failed = memorySink<unknown>();
    const ask = (): never => {
      throw new Error(`cannot ask ${url}`);
    };
    const query = writeStream(readStream(rows).pipe(select(ask)), {
      sink: memorySink(),
      failedRows: 'deadLetter',
      failedSink: failed,
    });
    rows.addData(1);
    await query.processAllAvailable();
    await query.stop();
    expect(failed.rows()).toMatchObject([{ row: 1, error: { message: `cannot ask ${shown}` } }]);
  });
});
