import { memorySink, memoryStream, readStream, StreamingError, writeStream } from '../../index.js';
import { mustBelongTogether } from '../../lib/checkpoint/position.js';
import { counted } from '../../lib/counted.js';

describe('messages are plain English', () => {
  it.each([
    [0, '0 entries'],
    [1, '1 entry'],
    [2, '2 entries'],
  ])('%d of something', (count, text) => {
    expect(counted(count, 'entry', 'entries')).toBe(text);
  });

  it.each([
    ['Promise', 'is a Promise'],
    ['Error', 'is an Error'],
    ['object', 'is an object'],
    ['URL', 'is a URL'],
  ])('the article before %s', (found, text) => {
    const params = { operator: 'aggregate-0', path: 'state.x', found };
    expect(new StreamingError('STATE_NOT_ENCODABLE', params).message).toContain(text);
  });

  it('one commit is missing, or several are', () => {
    expect(() => mustBelongTogether('c', 2, 0)).toThrow('the commit of batch 1 is missing');
    expect(() => mustBelongTogether('c', 4, 0)).toThrow(
      'the commits of batches 1 to 3 are missing',
    );
  });

  it('what may be chosen', () => {
    const options = { sink: memorySink<number>(), outputMode: 'all' as never };
    expect(() => writeStream(readStream(memoryStream<number>()), options)).toThrow(
      'writeStream: outputMode must be one of "append", "update", "complete", not "all"',
    );
  });
});
