import { DateTime } from 'luxon';
import { type Observable, of } from 'rxjs';
import { withWatermark } from '../../operators/withWatermark.js';

interface Event {
  readonly at: Date;
  readonly ms: number | null;
  readonly moment?: DateTime;
  readonly any: unknown;
  readonly user: string;
  readonly tags: readonly string[];
}

const events: Observable<Event> = of();
const unknown: Observable<Readonly<Record<string, unknown>>> = of();

/** What does not compile is not run either. */
function refused(_body: () => void): () => void {
  return () => undefined;
}

describe('types of withWatermark', () => {
  it('take columns that may hold a time, and any column of rows whose columns are not known', () => {
    events.pipe(withWatermark('at', 0));
    events.pipe(withWatermark('ms', 0));
    events.pipe(withWatermark('moment', 0));
    events.pipe(withWatermark('any', 0));
    unknown.pipe(withWatermark('time', 0));
    events.pipe(withWatermark(({ moment }) => moment ?? DateTime.now(), 0));
  });

  it(
    'refuse columns that hold none',
    refused(() => {
      // @ts-expect-error a text is no time
      events.pipe(withWatermark('user', 0));
      // @ts-expect-error nor a list
      events.pipe(withWatermark('tags', 0));
      // @ts-expect-error there is no such column
      events.pipe(withWatermark('when', 0));
      // @ts-expect-error a text is no time
      events.pipe(withWatermark(({ user }) => user, 0));
    }),
  );
});
