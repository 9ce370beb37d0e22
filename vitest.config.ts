import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, environment: 'node', ...extra },
});

export default defineConfig({
  test: {
    projects: [
      // Generous times: a busy machine is no failure.
      project('unit', ['{src,web,scripts}/**/*.test.ts', 'test/!(golden|e2e|browser)/**/*.test.{ts,mjs}'], {
        exclude: ['**/*.long.test.ts', 'test/{soak,stats}/**'],
        testTimeout: 30_000,
        hookTimeout: 30_000,
        // One less is the default, of two cores one.
        maxWorkers: '100%',
      }),
      project('golden', ['test/golden/**/*.test.ts'], { testTimeout: 60_000 }),
      // These drive the built package: real processes, real HTTP, one file at a time so that timings are not fought over.
      project('e2e', ['test/e2e/**/*.test.ts'], { fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 }),
      project('browser', ['test/browser/**/*.test.ts'], {
        fileParallelism: false,
        testTimeout: 120_000,
        hookTimeout: 120_000,
      }),
      // Minutes of real load: `npm run test:soak`.
      project('soak', ['test/soak/**/*.soak.test.ts'], { fileParallelism: false, testTimeout: 600_000 }),
      // Hundreds of seeded trials: `npm run test:stats`.
      project('stats', ['test/stats/**/*.test.ts'], { testTimeout: 1_200_000 }),
      // Minutes of simulated load, and threads that hang: `npm run test:engine-long`.
      project('engine-long', ['test/**/*.long.test.ts'], { testTimeout: 600_000 }),
    ],
  },
});
