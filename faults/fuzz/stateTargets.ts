import { isDeepStrictEqual } from 'node:util';
import { decodeCheckpointFile, encodeCheckpointFile } from '../../lib/checkpoint/checkpointFile.js';
import { planOfJson } from '../../lib/checkpoint/planForm.js';
import { seal, unseal } from '../../lib/sinks/file/envelope.js';
import { readRecord, writeRecord } from '../../lib/sources/durable/logRecord.js';
import { scanSegment } from '../../lib/sources/durable/scanSegment.js';
import { fileOffsetOf } from '../../lib/sources/files/fileOffset.js';
import type { Json } from '../../lib/sources/source.js';
import { ByteWriter } from '../../state/codec/byteWriter.js';
import { crc32 } from '../../state/codec/crc32.js';
import { DecodeError } from '../../state/codec/decodeError.js';
import { decodeKey, writeKey } from '../../state/codec/keyCodec.js';
import { decodeValue } from '../../state/codec/readValue.js';
import { noShapes } from '../../state/codec/shapes.js';
import { writeValue } from '../../state/codec/writeValue.js';
import { beginFrame, endFrame, frameLength, verifyFrame } from '../../state/durable/frame.js';
import { metaOf } from '../../state/durable/readMeta.js';
import type { Random } from '../random.js';
import { answerOf, bytesOf, Flaw, flawOf, mutatedBytes, type Target } from './target.js';
import { anyValue, textOf } from './values.js';

/** Bytes of a key or value; undefined for one that cannot be stored. */
function encoded(write: (out: ByteWriter, value: unknown) => void, value: unknown) {
  const out = new ByteWriter();
  try {
    write(out, value);
  } catch {
    return undefined;
  }
  return Buffer.from(out.content());
}

const writePlain = (out: ByteWriter, value: unknown) => writeValue(out, value, noShapes);

/** What comes back is what was put in; of anything else the decoder says no, or gives some value. */
function codec(
  name: string,
  write: (out: ByteWriter, value: unknown) => void,
  decode: (
    bytes: Uint8Array,
  ) => { readonly _tag: 'Left' } | { readonly _tag: 'Right'; right: unknown },
  ofKey = false,
): Target {
  return {
    name,
    attempts: 200,
    attempt(random) {
      const value = ofKey ? withoutMinusZero(anyValue(random)) : anyValue(random);
      const bytes = encoded(write, value);
      if (bytes === undefined) return;
      try {
        const back = decode(bytes);
        if (back._tag === 'Left' || !isDeepStrictEqual(back.right, value)) {
          throw new Flaw(`${bytes.toString('hex')} does not come back`);
        }
        decode(mutatedBytes(bytes, random));
      } catch (error) {
        throw error instanceof Flaw ? error : flawOf(error);
      }
    },
  };
}

/** 0 and −0 are one key. */
function withoutMinusZero(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (value === null || typeof value !== 'object') return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutMinusZero(v)]));
}

/** A stored value whose bytes, or whose key's bytes, have changed must not verify. */
const frames: Target = {
  name: 'frames of stored values',
  attempts: 200,
  attempt(random) {
    const out = new ByteWriter();
    const key = encoded(writeKey, textOf(random)) ?? Buffer.from([0]);
    const at = key.length;
    beginFrame(out);
    out.byte(7);
    for (const byte of bytesOf(random, random.below(40))) out.byte(byte);
    endFrame(out, crc32(key));
    const all = Buffer.concat([key, out.content()]);
    const changed = mutatedBytes(all, random);
    if (changed.equals(all) || changed.length < at) return;
    const verified = answerOf(
      () => verifyFrame(changed.subarray(0, at), changed.subarray(at)),
      (error) => error instanceof DecodeError,
    );
    if (verified !== undefined) throw new Flaw(`${changed.toString('hex')} verifies`);
  },
};

const dictionaries: Target = {
  name: 'dictionaries and epoch records',
  attempts: 100,
  attempt(random) {
    const out = new ByteWriter();
    const kind = [random.pick([0, 1, 2]), random.below(256)];
    const key = Buffer.from([...kind, ...bytesOf(random, random.pick([0, 4, 8]))]);
    beginFrame(out);
    const content = encoded(writePlain, anyValue(random)) ?? Buffer.from([0]);
    for (const byte of content) out.byte(byte);
    endFrame(out, crc32(key));
    answerOf(() => metaOf([[key, out.content()]], 'state'));
    if (out.at < frameLength) throw new Flaw('a frame is too short');
  },
};

const planFiles: Target = {
  name: 'files of a checkpoint',
  attempts: 200,
  attempt(random) {
    const body = JSON.parse(JSON.stringify({ at: jsonOf(random) })) as Json;
    const file = { kind: 'plan', queryId: 'q', batchId: random.below(1000), fence: 1, body };
    const bytes = Buffer.from(encodeCheckpointFile(file));
    const changed = mutatedBytes(bytes, random);
    if (changed.equals(bytes)) return;
    const decoded = answerOf(
      () => decodeCheckpointFile(changed, 'plan'),
      () => false,
    );
    if (decoded?._tag === 'Right') throw new Flaw(`a changed file is read: ${changed.toString()}`);
  },
};

const plans: Target = {
  name: 'plans and offsets',
  attempts: 200,
  attempt(random) {
    const json = jsonOf(random);
    answerOf(
      () => planOfJson(json),
      () => false,
    );
    answerOf(() => fileOffsetOf(json, 'files'));
    answerOf(() => fileOffsetOf({ file: json, byte: json, row: 1 }, 'files'));
  },
};

const manifests: Target = {
  name: 'manifests',
  attempts: 200,
  attempt(random) {
    const bytes = Buffer.from(seal('entry', { at: jsonOf(random) }));
    const changed = mutatedBytes(bytes, random);
    if (changed.equals(bytes)) return;
    const body = answerOf(() => unseal('entry', 'manifest', changed));
    if (body !== undefined) throw new Flaw(`a changed entry is read: ${changed.toString()}`);
  },
};

/** A log is read up to its first record that is not whole, and never gives one that was not written. */
const logs: Target = {
  name: 'logs of durable sources',
  attempts: 100,
  attempt(random) {
    const payloads = Array.from({ length: random.between(1, 6) }, () =>
      Buffer.from(`{"row":${random.below(1e6)}}`),
    );
    const segment = Buffer.alloc(payloads.reduce((sum, { length }) => sum + length + 20, 0));
    let at = 0;
    for (const [i, payload] of payloads.entries()) {
      at = writeRecord(segment, at, { offset: i + 1, group: 1, payload });
    }
    const changed = mutatedBytes(segment, random);
    const found = answerOf(
      () => scanSegment(changed, 1),
      () => false,
    );
    answerOf(
      () => readRecord(changed, random.below(changed.length + 1)),
      () => false,
    );
    found?.payloads.forEach((payload, i) => {
      if (payloads[i]?.equals(payload) !== true) throw new Flaw(`record ${i} is made up`);
    });
  },
};

function jsonOf(random: Random, depth = 3): Json {
  switch (random.below(depth > 0 ? 7 : 5)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick([0, -1, 1.5, 1e300, 2 ** 53, random.below(100)]);
    case 3:
      return textOf(random);
    case 4:
      return random.pick(['__proto__', 'turns', '']);
    case 5:
      return Array.from({ length: random.below(4) }, () => jsonOf(random, depth - 1));
    default: {
      const names = ['batchId', 'turns', 'ranges', 'closing', 'file', 'byte', 'row', '__proto__'];
      const name = () => [random.pick(names), jsonOf(random, depth - 1)] as const;
      return Object.fromEntries(Array.from({ length: random.below(5) }, name));
    }
  }
}

export const stateTargets: readonly Target[] = [
  codec('keys', writeKey, decodeKey, true),
  codec('values', writePlain, (bytes) => decodeValue(bytes, noShapes)),
  frames,
  dictionaries,
  planFiles,
  plans,
  manifests,
  logs,
];
