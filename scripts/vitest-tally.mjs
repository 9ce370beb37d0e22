import { writeFileSync } from 'node:fs';

/**
 * Vitest reporter that counts for scripts/test.mjs. Unlike the JSON reporter it keeps why a test
 * was skipped, and counts what stops tests from running at all: a file that does not load, an
 * error outside any test.
 */
export default class VitestTally {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    const broken = modules.flatMap((module) => [
      ...module.errors(),
      ...[...module.children.allSuites()].flatMap((suite) => suite.errors()),
    ]);
    const tally = {
      passed: inState('passed').length,
      failed: inState('failed').length + inState('pending').length + broken.length + unhandledErrors.length,
      skipped: inState('skipped').map((test) => ({
        name: `${test.module.relativeModuleId}: ${test.fullName}`,
        reason: test.result().note ?? 'no reason given',
      })),
    };
    writeFileSync(process.env.METRON_TALLY, JSON.stringify(tally));
  }
}
