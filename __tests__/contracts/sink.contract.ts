import { type SinkUnderTest, sinkChecks } from '../../lib/testing/sinkContract.js';

/** The laws of a sink, as tests. `make` gives a new sink with an empty target each time. */
export function sinkContract<T>(
  name: string,
  rows: readonly T[],
  make: () => SinkUnderTest<T> | Promise<SinkUnderTest<T>>,
): void {
  describe(`${name}: the sink contract`, () => {
    for (const check of sinkChecks) {
      it(check.name, async () => {
        const subject = await make();
        if (!check.applies(subject as SinkUnderTest<unknown>)) return;
        expect(await check.run(subject, rows)).toBeUndefined();
      });
    }
  });
}
