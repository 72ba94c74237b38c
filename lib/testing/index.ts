export { MemoryFileSystem } from '../checkpoint/memoryFileSystem.js';
export {
  addData,
  advanceClock,
  crash,
  expectFailure,
  processAllAvailable,
  restart,
  stop,
} from './actions.js';
export {
  assertRun,
  assertState,
  assertWatermark,
  checkAnswer,
  checkLastBatch,
  checkNewAnswer,
} from './checks.js';
export { type ManualClock, manualClock } from './manualClock.js';
export {
  type SinkCheck,
  type SinkUnderTest,
  sinkChecks,
  sinkContext,
} from './sinkContract.js';
export {
  type SourceCheck,
  type SourceUnderTest,
  sourceChecks,
} from './sourceContract.js';
export { type StoreCheck, type StoreUnderTest, storeChecks } from './storeContract.js';
export { type TestAction, type TestRun, type TestStreamOptions, testStream } from './testStream.js';
