import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { repository, tool } from './repository.mjs';

/** One Vitest project as a step of `npm test`; lines that begin with `found: ` are shown though all passed. */
export function suite(name) {
  return {
    name,
    async run(options) {
      const folder = mkdtempSync(join(tmpdir(), 'metron-test-'));
      try {
        const tallyFile = join(folder, 'tally.json');
        const { code, output } = await capture(process.execPath, vitest(name), {
          ...options,
          env: { ...process.env, METRON_TALLY: tallyFile },
        });
        return { ...tally(tallyFile, code), output: withoutPassed(output), found: output.match(/^found: .*$/gm) ?? [] };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function vitest(project) {
  const counting = join(repository, 'scripts', 'vitest-tally.mjs');
  return [tool('vitest/vitest.mjs'), 'run', '--project', project, '--reporter=default', `--reporter=${counting}`];
}

/** Of a suite that failed, what passed is of no interest. */
function withoutPassed(output) {
  return output.replace(/^\s*✓ .*\n/gm, '');
}

/** Vitest's own count; a run that failed without a failed test (it crashed, it found nothing) is one failure. */
function tally(file, code) {
  const counted = readTally(file) ?? { passed: 0, failed: 0, skipped: [] };
  const unexplained = counted.failed === 0 && (code !== 0 || counted.passed === 0);
  return unexplained ? { ...counted, failed: 1 } : counted;
}

function readTally(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
