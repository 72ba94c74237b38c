import { memoryBackend } from '../../state/memoryBackend.js';
import { recordOf, stateBackendContract } from '../contracts/stateBackend.contract.js';

stateBackendContract('memoryBackend', () => ({ open: async () => memoryBackend() }));

describe('memoryBackend', () => {
  it('answers every call at once', () => {
    const backend = memoryBackend();
    const table = backend.operator('a-0').timed<number>('t');
    expect(table.loadAll()).toBeUndefined();
    expect(table.firstTime()).toBeUndefined();
    expect(backend.commit(recordOf(0))).toBeUndefined();
  });

  it('keeps values as they are, whatever they are', () => {
    const value = { f: () => 1, self: null as unknown };
    value.self = value;
    const table = memoryBackend().operator('a-0').keyed<typeof value>('t');
    table.insert('k', value);
    expect(table.find('k')?.value).toBe(value);
  });

  it('is closed by an abort, having nothing to go back to', () => {
    const backend = memoryBackend();
    const table = backend.operator('a-0').timed<number>('t');
    table.insert(1, 'a', 1);
    backend.abort();
    expect(() => table.find(1, 'a')).toThrow(expect.objectContaining({ code: 'STATE_CLOSED' }));
    expect(() => backend.commit(recordOf(0))).toThrow(
      expect.objectContaining({ code: 'STATE_CLOSED' }),
    );
  });
});
