import { refuseUnchecked } from '../../cli/couldNotCheck.js';
import { StreamingError } from '../../lib/errors.js';

const openFailed = (cause: Error) =>
  new StreamingError('STATE_OPEN_FAILED', { directory: 'c/state', reason: 'it failed' }, { cause });

describe('what verify says when it could not look', () => {
  it.each([
    Object.assign(new Error('no space left on device, copyfile'), { code: 'ENOSPC' }),
    Object.assign(new Error('read-only file system, mkdir'), { code: 'EROFS' }),
    new Error('IO error: c/state/.tmp-copy/000005.log: No space left on device'),
    new Error('Database failed to open', { cause: new Error('IO error: Permission denied') }),
  ])('is no damage: %s', (cause) => {
    expect(() => refuseUnchecked(openFailed(cause))).toThrow(
      expect.objectContaining({
        code: 'STATE_NOT_CHECKED',
        message: expect.stringContaining('TMPDIR'),
      }),
    );
  });

  it('and a damage stays one', () => {
    const cause = new Error('Corruption: checksum mismatch');
    expect(() => refuseUnchecked(openFailed(cause))).not.toThrow();
  });
});
