import { answerOf, Flaw } from '../../faults/fuzz/target.js';
import { mutated } from '../../faults/mutants/mutant.js';
import { Ledger } from '../../faults/soak/ledger.js';
import { windowRows } from '../../faults/soak/load.js';
import { Samples } from '../../faults/soak/samples.js';
import { differ } from '../../faults/workloads/difference.js';

describe('what the suites compare with', () => {
  it('tells a doubled row from a single one', () => {
    expect(differ(['a', 'b'], ['a', 'b'])).toBeUndefined();
    expect(differ(['a', 'b'], ['a', 'b', 'b'])).toMatch('3 rows instead of 2');
    expect(differ(['a', 'b'], ['a'])).toMatch('1 rows instead of 2');
    expect(differ(['a'], undefined)).toMatch('never had it');
  });

  it('refuses a mutant whose place in the code is gone, or not the only one', () => {
    const mutant = { name: 'm', file: 'f', suite: 'fuzz', runs: 1, edits: [['x', 'y']] } as const;
    expect(mutated('a x b', mutant)).toBe('a y b');
    expect(() => mutated('a b', mutant)).toThrow('stands 0 times');
    expect(() => mutated('x x', mutant)).toThrow('stands 2 times');
  });

  it('takes an error that nobody coded for a flaw', () => {
    const fails = () => {
      throw new SyntaxError('no');
    };
    expect(() => answerOf(fails)).toThrow(Flaw);
    expect(answerOf(fails, () => true)).toBeUndefined();
  });
});

describe('the soak', () => {
  const rows = [...windowRows(0, 1000)].map(([key, sums]) => [0, key, sums] as const);

  it('accepts a batch that comes again, and nothing else twice', () => {
    const ledger = new Ledger();
    ledger.take(0, rows, 1000);
    ledger.take(0, rows, 1000);
    expect([ledger.flaw, ledger.windows]).toEqual([undefined, 1]);
    ledger.take(1, rows.slice(0, 1), 1000);
    expect(ledger.flaw).toMatch('twice');
  });

  it('notices a missing window', () => {
    const ledger = new Ledger();
    ledger.take(0, rows.slice(1), 1000);
    expect(ledger.missing(1000, 500)).toMatch('window 0 has 6 keys of 7');
  });

  it('notices memory that grows', () => {
    const [flat, growing] = [new Samples(), new Samples()];
    for (let minute = 0; minute < 30; minute++) {
      const sample = { rss: 0, files: 20 };
      flat.add(minute, { ...sample, heap: 1e7 }, 'none');
      growing.add(minute, { ...sample, heap: 1e7 + minute * 5e6 }, 'none');
    }
    expect([flat.flaw, growing.flaw]).toEqual([undefined, expect.stringMatching('the heap grows')]);
  });
});
