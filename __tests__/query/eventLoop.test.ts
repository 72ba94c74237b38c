import { noopSink, ratePerBatch, readStream, writeStream } from '../../index.js';

describe('a query whose source always has rows', () => {
  it('lets timers run', async () => {
    const query = writeStream(readStream(ratePerBatch({ rowsPerBatch: 10 })), { sink: noopSink() });
    await new Promise((resolve) => setTimeout(resolve, 1));
    await query.stop();
    expect(query.lastProgress?.batchId).toBeGreaterThan(0);
  });
});
