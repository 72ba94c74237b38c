import { identity, map, pipe } from 'rxjs';
import { memorySink, memoryStream, named, readStream, select, writeStream } from '../../index.js';

async function planText(operator: Parameters<typeof named<number, number>>[1]): Promise<string> {
  const above = readStream(memoryStream<number>()).pipe(
    named(
      'above',
      map((n) => n + 1),
    ),
  );
  const query = writeStream(above.pipe(named('mine', operator)), { sink: memorySink() });
  await query.stop();
  return query.explain();
}

describe('named', () => {
  it('names an RxJS operator, of several the last', async () => {
    expect(await planText(map((n) => n))).toMatch(/mine.*\n.*above/);
    expect(
      await planText(
        pipe(
          select((n) => n),
          map((n) => n),
        ),
      ),
    ).toMatch(/mine.*\n.*select-0/);
  });

  it('leaves the operator above alone where there is nothing to name', async () => {
    const text = await planText(identity);
    expect(text).toContain('above');
    expect(text).not.toContain('mine');
  });

  it('refuses an operator of Millrace, which would not have the name', async () => {
    const one = planText(select((n) => n));
    await expect(one).rejects.toThrow(TypeError);
    await expect(one).rejects.toThrow('got one that ends with select, which explain() and errors');
  });
});
