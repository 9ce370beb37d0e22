import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ciRun = fileURLToPath(new URL('../.ci/run', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metron-ci-run-'));
  await mkdir(join(folder, '.ci'));
  // The rules are the same for any list of suites: here there are two.
  const script = (await readFile(ciRun, 'utf8')).replace(
    /suites=\([^)]*\)/,
    'suites=("npm test" "npm run test:engines")',
  );
  await writeFile(join(folder, '.ci', 'run'), script);
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs `.ci/run` where `npm` is this shell script, called with what follows `npm`. */
async function withNpm(script: string): Promise<{ code: number; lastLine: string }> {
  await writeFile(join(folder, 'npm'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'npm'), 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  try {
    const { stdout } = await promisify(execFile)('bash', [join(folder, '.ci', 'run')], { env });
    return { code: 0, lastLine: lastLine(stdout) };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, lastLine: lastLine(stdout) };
  }
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

describe('.ci/run', () => {
  it('sums the closing lines of all suites', async () => {
    const result = await withNpm('case "$1" in test) echo "40 passed, 0 failed";; *) echo "2 passed, 0 failed";; esac');
    expect(result).toEqual({ code: 0, lastLine: '42 passed, 0 failed' });
  });

  it('takes the last closing line of a suite, and no line that only looks like one', async () => {
    const result = await withNpm(
      'echo "1 passed, 1 failed"; echo "7 passed, 0 failed"; echo "unit: 9 passed, 0 failed"',
    );
    expect(result).toEqual({ code: 0, lastLine: '14 passed, 0 failed' });
  });

  it('goes on after a failed suite, and fails', async () => {
    const result = await withNpm(
      'case "$1" in test) echo "4 passed, 1 failed"; exit 1;; *) echo "2 passed, 0 failed";; esac',
    );
    expect(result).toEqual({ code: 1, lastLine: '6 passed, 1 failed' });
  });

  it('counts a suite that ended without a count as a failure', async () => {
    const result = await withNpm('case "$1" in test) echo "4 passed, 0 failed";; *) echo oops;; esac');
    expect(result).toEqual({ code: 1, lastLine: '4 passed, 1 failed' });
  });

  it('counts a suite that broke after a clean count as a failure', async () => {
    const result = await withNpm('echo "4 passed, 0 failed"; exit 3');
    expect(result).toEqual({ code: 1, lastLine: '8 passed, 2 failed' });
  });

  it('tells the suites that nothing may be skipped, and gives them no input', async () => {
    const result = await withNpm('[ "$CI" = true ] && ! read -r line && echo "1 passed, 0 failed"');
    expect(result).toEqual({ code: 0, lastLine: '2 passed, 0 failed' });
  });
});
