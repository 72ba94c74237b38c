import { setImmediate } from 'node:timers/promises';
import { closeAll, drive, each, isPromise, type MaybePromise } from '../../lib/maybe.js';

describe('steps taken for each of a list', () => {
  it('answer at once if all do', () => {
    expect(each([1, 2], (n) => n)).toBeUndefined();
  });

  it('answer when the last has answered', async () => {
    const seen: number[] = [];
    const answer = each([1, 2], async (n) => void seen.push(n));
    expect(isPromise(answer)).toBe(true);
    await answer;
    expect(seen).toEqual([1, 2]);
  });

  it('throw at once if nothing is under way', () => {
    const fail = (): MaybePromise<void> => {
      throw new Error('EIO');
    };
    expect(() => each([1], fail)).toThrow('EIO');
  });

  it('listen to what is under way when a later one throws', async () => {
    const underWay = setImmediate().then(() => {
      throw new Error('a lookup came too late');
    });
    const steps = [
      () => underWay,
      () => {
        throw new Error('EIO');
      },
    ];
    await expect(each(steps, (step) => step())).rejects.toThrow('EIO');
    await setImmediate(); // unheard, it would fail the test now
    await setImmediate();
  });
});

describe('what is closed together', () => {
  function closings(...answers: readonly (() => MaybePromise<void>)[]) {
    const closed: number[] = [];
    const steps = answers.map((answer, i) => () => {
      closed.push(i);
      return answer();
    });
    return { closed, close: () => drive(closeAll(steps)) };
  }

  const throws = (message: string) => () => {
    throw new Error(message);
  };

  it('is closed in order, at once if nothing has to be awaited', () => {
    const { closed, close } = closings(
      () => undefined,
      () => undefined,
    );
    expect(close()).toBeUndefined();
    expect(closed).toEqual([0, 1]);
  });

  it('is closed whole, and the first error is the one to tell', () => {
    const { closed, close } = closings(throws('first'), throws('second'), () => undefined);
    expect(close).toThrow('first');
    expect(closed).toEqual([0, 1, 2]);
  });

  it('is closed whole, also behind one that fails later', async () => {
    const later = () => setImmediate().then(throws('first'));
    const { closed, close } = closings(later, throws('second'));
    await expect(close()).rejects.toThrow('first');
    expect(closed).toEqual([0, 1]);
  });
});
