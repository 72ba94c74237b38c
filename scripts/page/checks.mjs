/** Runs named checks one after the other and counts. */
export class Checks {
  passed = 0;
  failed = 0;

  async check(name, body) {
    const started = performance.now();
    try {
      await body();
      this.passed += 1;
      console.log(`ok      ${name} (${Math.round(performance.now() - started)} ms)`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${name}\n${error instanceof Error ? error.stack : error}`);
    }
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `probe` gives no Error; then its answer. The last Error if it takes too long. */
export async function eventually(probe, withinMs = 8000) {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(60);
    }
  }
}
