import fc from 'fast-check';
import { DueReferences } from '../../operators/internal/dueReferences.js';

interface Moving {
  readonly id: number;
  at: number | undefined;
}

/** What is due up to a time, as a join takes it: once where it still is. */
function taken(due: DueReferences<Moving>, upTo: number): number[] {
  const ids: number[] = [];
  for (const { time, references } of due.take(upTo)) {
    for (const each of references) {
      if (each.at !== time) continue;
      each.at = undefined;
      ids.push(each.id);
    }
  }
  return ids.sort();
}

it('gives each reference once, at its last time, however often it has moved', () => {
  const moves = fc.array(fc.tuple(fc.nat(20), fc.nat(50)), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(moves, fc.nat(50), fc.integer({ min: 1, max: 100 }), (all, upTo, times) => {
      const due = new DueReferences<Moving>();
      const known = new Map<number, Moving>();
      for (const [id, at] of Array.from({ length: times }, () => all).flat()) {
        const found = known.get(id);
        if (found?.at === at) continue;
        const moving = found ?? { id, at };
        moving.at = at;
        known.set(id, moving);
        if (found) due.outdated((each, time) => each.at === time);
        due.add(at, moving);
      }
      const idsOf = (is: (at: number) => boolean) =>
        [...known.values()].flatMap(({ id, at }) => (is(at as number) ? [id] : [])).sort();
      const [early, late] = [idsOf((at) => at <= upTo), idsOf((at) => at > upTo)];
      expect(taken(due, upTo)).toEqual(early);
      expect(taken(due, 50)).toEqual(late);
    }),
  );
});
