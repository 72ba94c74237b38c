export { MemoryFileSystem } from '../checkpoint/memoryFileSystem.js';
export {
  addData,
  advanceClock,
  assertRun,
  assertState,
  assertWatermark,
  checkAnswer,
  checkLastBatch,
  checkNewAnswer,
  crash,
  expectFailure,
  processAllAvailable,
  restart,
  stop,
} from './actions.js';
export { type ManualClock, manualClock } from './manualClock.js';
export {
  type SinkCheck,
  type SinkCheck,
  type SinkUnderTest,
  type SinkUnderTest,
  sinkChecks,
  sinkChecks,
  sinkContext,
} from './sinkContract.js';
export {
  type SourceCheck,
  type SourceCheck,
  type SourceUnderTest,
  type SourceUnderTest,
  sourceChecks,
  sourceChecks,
} from './sourceContract.js';
export { type StoreCheck, type StoreUnderTest, storeChecks } from './storeContract.js';
export { type TestAction, type TestRun, type TestStreamOptions, testStream } from './testStream.js';
