import fc from 'fast-check';
import { TurnsText } from '../../lib/checkpoint/turnsText.js';
import type { PlannedTurn } from '../../lib/query/queryCheckpoint.js';

const parsed = (bytes: Uint8Array): unknown => JSON.parse(`[${Buffer.from(bytes).toString()}]`);

const turns = fc.array(
  fc.record({
    timestampMs: fc.integer(),
    watermarkMs: fc.option(fc.integer()),
    ranges: fc.array(
      fc.record({
        source: fc.string({ unit: 'grapheme' }),
        after: fc.string({ unit: 'binary', maxLength: 3000 }),
        upTo: fc.option(fc.integer()),
      }),
    ),
  }),
);

it('is the JSON of the turns that were added since it was cleared, however long and in any script', () => {
  fc.assert(
    fc.property(fc.array(turns), (epochs) => {
      const text = new TurnsText();
      for (const epoch of epochs) {
        for (const turn of epoch) text.add(turn as PlannedTurn);
        expect(parsed(text.json)).toEqual(JSON.parse(JSON.stringify(epoch)));
        text.clear();
      }
    }),
  );
});
