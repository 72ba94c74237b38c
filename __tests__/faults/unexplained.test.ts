import { Injected, Killed } from '../../faults/simulate/process.js';
import { unexplained } from '../../faults/simulate/unexplained.js';
import { StreamingError } from '../../lib/errors.js';

function failed(cause: Error): StreamingError {
  const params = { batchId: 1, operator: 'rx-0', ranges: '', reason: cause.message };
  return new StreamingError('BATCH_FAILED', params, { cause });
}

function unknown(cause: Error): StreamingError {
  return new StreamingError('STATE_OUTCOME_UNKNOWN', { reason: cause.message }, { cause });
}

const hung = failed(
  new StreamingError('RX_DID_NOT_COMPLETE', { operator: 'rx-0', timeoutMs: 60_000 }),
);
const atSink = new Injected('EIO', 'sink before');
const atStore = new Injected('EIO', 'store write');
const met = (kind: 'kill' | 'error' | 'silence', firedAt: string) => ({
  fault: { kind, step: 1 },
  firedAt,
});

describe('the failure of a simulated query', () => {
  it.each([
    ['an error at its door', failed(atSink), met('error', 'sink before')],
    ['a write whose outcome is unknown', failed(unknown(atStore)), met('error', 'store write')],
    ['death', failed(new Killed('read')), met('kill', 'read')],
    ['an operator that never answers', hung, met('silence', 'operator answers')],
  ])('is explained by %s', (_, error, life) => {
    expect(unexplained(error, life)).toBeUndefined();
  });

  it.each([
    ['no fault', hung, { fault: undefined, firedAt: undefined }],
    ['a fault that has not fired', hung, { fault: { kind: 'kill', step: 9 }, firedAt: undefined }],
    ['an error elsewhere', failed(atSink), met('error', 'source read')],
    ['an error that leaves no outcome open', failed(unknown(atSink)), met('error', 'sink before')],
    ['an error, where it hung', hung, met('error', 'operator answers')],
    ['death, where it hung', hung, met('kill', 'read')],
  ] as const)('is not explained by %s', (_, error, life) => {
    expect(unexplained(error, life)).toContain(error.code);
  });
});
