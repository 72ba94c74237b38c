import { type SourceUnderTest, sourceChecks } from '../../lib/testing/sourceContract.js';

/** The laws of a source, as tests. `make` gives a new, empty source each time. */
export function sourceContract<T>(
  name: string,
  rows: readonly T[],
  make: () => SourceUnderTest<T> | Promise<SourceUnderTest<T>>,
): void {
  describe(`${name}: the source contract`, () => {
    for (const check of sourceChecks) {
      it(check.name, async () => {
        const subject = await make();
        if (!check.applies(subject as SourceUnderTest<unknown>)) return;
        expect(await check.run(subject, rows)).toBeUndefined();
      });
    }
  });
}
