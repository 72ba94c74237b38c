import { type RunHelpers, TestScheduler } from 'rxjs/testing';

/** A marble test in virtual time; frames and values compare deeply. */
export function runMarbles(body: (helpers: RunHelpers) => void): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(body);
}
