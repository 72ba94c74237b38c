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
export { type TestAction, type TestRun, type TestStreamOptions, testStream } from './testStream.js';
