import { appendFileSync } from 'node:fs';

/** Writes the result of each test file when it ends, so that a stopped run knows what has ended. */
export default class EndedFiles {
  onTestResult(_, { testFilePath, numPassingTests, numFailingTests, numPendingTests, testExecError, perfStats }) {
    const ended = {
      name: testFilePath,
      passed: numPassingTests,
      failed: numFailingTests + (testExecError === undefined ? 0 : 1),
      skipped: numPendingTests,
      startTime: perfStats.start,
      endTime: perfStats.end,
    };
    appendFileSync(process.env.FACESTEP_TEST_REPORT ?? '', `${JSON.stringify(ended)}\n`);
  }
}
