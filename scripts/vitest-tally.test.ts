import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const reporter = fileURLToPath(new URL('vitest-tally.mjs', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metron-vitest-tally-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What the reporter counts in a run of this one test file. */
async function tallyOf(testFile: string): Promise<unknown> {
  await writeFile(join(folder, 'planted.test.js'), testFile);
  const tallyFile = join(folder, 'tally.json');
  const args = [vitest, 'run', '--root', folder, '--globals', `--reporter=${reporter}`];
  // A failed run is what some of these plant; the tally is what counts.
  await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, METRON_TALLY: tallyFile },
  }).catch(() => undefined);
  return JSON.parse(await readFile(tallyFile, 'utf8'));
}

describe('the tally of a Vitest run', { timeout: 60_000 }, () => {
  it('counts tests, and says why one was skipped', async () => {
    const tally = await tallyOf(`
      it('passes', () => {});
      it('passes too', () => {});
      it('fails', () => { throw new Error('planted'); });
      it('needs a browser', ({ skip }) => skip('no Chromium here'));
      it.todo('is only a plan');
    `);
    expect(tally).toEqual({
      passed: 2,
      failed: 1,
      skipped: [
        { name: 'planted.test.js: needs a browser', reason: 'no Chromium here' },
        { name: 'planted.test.js: is only a plan', reason: 'no reason given' },
      ],
    });
  });

  it('counts a file that does not load', async () => {
    expect(await tallyOf('import "./nowhere.js"; it("never runs", () => {});')).toMatchObject({ passed: 0, failed: 1 });
  });

  it('counts a hook that fails', async () => {
    const tally = await tallyOf(
      'describe("group", () => { beforeAll(() => { throw new Error("planted"); }); it("never runs", () => {}); });',
    );
    expect(tally).toMatchObject({ passed: 0, failed: 1 });
  });

  it('counts an error outside any test', async () => {
    const tally = await tallyOf(
      'it("passes", async () => { setTimeout(() => { throw new Error("planted"); }); await new Promise((r) => setTimeout(r, 50)); });',
    );
    expect(tally).toMatchObject({ passed: 1, failed: 1 });
  });
});
