import { SeenFiles } from '../../../lib/sources/files/seenFiles.js';

describe('SeenFiles', () => {
  it('forgets what is older than the newest file by more than the age', () => {
    const seen = new SeenFiles(10, false);
    seen.add('/a', 5);
    expect(seen.size).toBe(1);
    expect(seen.purge()).toBe(0);

    seen.add('/b', 15);
    expect(seen.purge()).toBe(0); // the line is 5, and 5 is not below it
    expect(seen.size).toBe(2);

    seen.add('/c', 16);
    expect(seen.size).toBe(3); // the line moves only when something is purged
    expect(seen.purge()).toBe(1);
    expect(seen.purgeLineMs).toBe(6);
    expect(seen.isNew('/d', 5)).toBe(false);
    expect(seen.isNew('/e', 20)).toBe(true);
    expect(seen.isNew('/f', 6)).toBe(true); // exactly on the line
    expect(seen.isNew('/b', 15)).toBe(false);
  });

  it('knows no file below the line, whatever the order in which they were planned', () => {
    const seen = new SeenFiles(10, false);
    seen.add('/new', 15);
    seen.add('/old', 5);
    seen.add('/newest', 16);
    seen.purge();
    expect(seen.has('/old')).toBe(false);
    expect(seen.isNew('/old', 17)).toBe(true); // another file under the old name
    seen.add('/old', 17);
    expect(seen.isNew('/old', 17)).toBe(false);
    seen.add('/later', 27);
    expect(seen.purge()).toBe(2);
    expect(seen.isNew('/old', 17)).toBe(false);
    expect(seen.size).toBe(2);
  });

  it('a look costs what is forgotten, however many files are remembered', () => {
    const seen = new SeenFiles(1000, false);
    for (let at = 0; at < 1000; at++) seen.add(`/${at}`, at);
    const looks = countingLooks(seen);
    for (let look = 0; look < 100; look++) seen.purge();
    expect(looks()).toBe(0);
    for (let at = 1000; at < 1100; at++) {
      seen.add(`/${at}`, at);
      seen.purge();
    }
    expect(seen.size).toBe(1001);
    expect(looks()).toBeLessThan(300);
  });

  it('compares names only where asked', () => {
    const seen = new SeenFiles(10, true);
    seen.add('/x/a', 5);
    expect(seen.isNew('/y/a', 5)).toBe(false);
    expect(seen.isNew('/y/b', 5)).toBe(true);
  });

  it('never purges without an age', () => {
    const seen = new SeenFiles(Number.POSITIVE_INFINITY, false);
    seen.add('/a', 1);
    seen.add('/b', 1e15);
    expect(seen.purge()).toBe(0);
    expect(seen.isNew('/c', 0)).toBe(true);
  });

  it('keeps names that objects have', () => {
    const seen = new SeenFiles(10, true);
    expect(seen.isNew('/x/__proto__', 1)).toBe(true);
    seen.add('/x/__proto__', 1);
    expect(seen.isNew('/x/__proto__', 1)).toBe(false);
  });
});

/** How many remembered files have been looked at from here on. */
function countingLooks(seen: SeenFiles): () => number {
  const files = Reflect.get(seen, 'seen') as Map<string, number>;
  let looks = 0;
  const entries = files[Symbol.iterator].bind(files);
  files[Symbol.iterator] = () => {
    const all = entries();
    const { next } = all;
    all.next = () => {
      looks += 1;
      return next.call(all);
    };
    return all;
  };
  return () => looks;
}
