import { join } from 'node:path';
import { capture } from './child.mjs';
import { repository, tool } from './repository.mjs';
import { suite } from './suite.mjs';

/**
 * Everything `npm test` looks at. A step has a name and a `run` that says how many tests passed
 * and failed, which were skipped and why, and what was printed. A static check counts as one test.
 */
function check(name, ...args) {
  return {
    name,
    async run(options) {
      const { code, output } = await capture(process.execPath, args, options);
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], output };
    },
  };
}

const biome = tool('@biomejs/biome/bin/biome');
const tsc = tool('typescript/bin/tsc');

export const staticChecks = [
  check('build', join(repository, 'scripts', 'build.mjs')),
  check('format', biome, 'format', '.'),
  check('lint', biome, 'check', '--formatter-enabled=false', '--error-on-warnings', '.'),
  check('types', tsc, '-p', 'tsconfig.json'),
  check('types of the page', tsc, '--noEmit', '-p', join('web', 'tsconfig.json')),
  check('unused code', tool('knip/bin/knip.js'), '--no-progress'),
  check('import rules', join(repository, 'scripts', 'import-rules.mjs')),
];

export const suites = [suite('unit'), suite('golden'), suite('e2e'), suite('browser')];

/** Too long for every day: run by name. */
export const longSuites = [suite('engine-long'), suite('soak'), suite('stats')];
