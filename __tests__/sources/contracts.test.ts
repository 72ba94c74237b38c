import { durable } from '../../lib/sources/durable.js';
import { memoryStream } from '../../lib/sources/memoryStream.js';
import type { Source, StreamSource } from '../../lib/sources/source.js';
import type { SourceUnderTest } from '../../lib/testing/sourceContract.js';
import { sourceContract } from '../contracts/source.contract.js';
import { CrashingFiles } from './durable/crashingFiles.js';
import { sourceContext } from './sourceContext.js';

const numbers = [1, 2, 3, 4, 5, 6, 7];

function memorySubject(maxCallsPerTrigger?: number): SourceUnderTest<number> {
  const limited = maxCallsPerTrigger !== undefined;
  const source = memoryStream<number>(limited ? { maxCallsPerTrigger } : {});
  return {
    source,
    context: (resumeFrom) => sourceContext({ resumeFrom }),
    add: (rows) => void source.addData(...rows),
    survivesRestart: true,
    ...(limited ? { maxRowsPerBatch: maxCallsPerTrigger } : {}),
  };
}

sourceContract('memoryStream', numbers, () => memorySubject());
sourceContract('memoryStream, two calls a batch', numbers, () => memorySubject(2));

/** Rows that are added while no run is open are pushed when the next one opens. */
function durableSubject(maxRowsPerTrigger?: number): SourceUnderTest<number> {
  const limited = maxRowsPerTrigger !== undefined;
  const options = { name: 'numbers', ...(limited ? { maxRowsPerTrigger } : {}) };
  const stream = durable<number>(undefined, options);
  const fileSystem = new CrashingFiles();
  const early: number[] = [];
  let open = false;
  const push = (rows: readonly number[]) => Promise.all(rows.map((row) => stream.push(row)));
  const source: StreamSource<number> = {
    kind: stream.kind,
    description: stream.description,
    replayable: stream.replayable,
    open: async (ctx) => {
      const running = (await stream.open(ctx)) as Source<number>;
      open = true;
      await push(early.splice(0));
      const close = running.close.bind(running);
      running.close = () => {
        open = false;
        return close();
      };
      return running;
    },
  };
  return {
    source,
    context: (resumeFrom) => sourceContext({ resumeFrom, fileSystem, directory: 'cp/sources/0' }),
    add: async (rows) => {
      if (open) await push(rows);
      else early.push(...rows);
    },
    survivesRestart: true,
    ...(limited ? { maxRowsPerBatch: maxRowsPerTrigger } : {}),
  };
}

sourceContract('durable', numbers, () => durableSubject());
sourceContract('durable, three rows a batch', numbers, () => durableSubject(3));
