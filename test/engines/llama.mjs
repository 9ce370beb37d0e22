import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../scripts/build.mjs';
import { capture } from '../../scripts/child.mjs';
import { ensureInstalled } from '../../scripts/install.mjs';
import { startLlama } from '../../scripts/llama-server.mjs';
import { commandLine } from '../../scripts/repository.mjs';
import { tallyLine } from '../../scripts/tally-line.mjs';
import { decodeMs, rules } from './account.mjs';
import { capacity, compare, profile } from './analyses.mjs';
import { say, test, total } from './checks.mjs';
import { recordsOf } from './stored-records.mjs';

/**
 * `npm run test:engines`: an open-loop run of the built command line against a real llama.cpp
 * server with a small real model, checked request by request against the server's own account; then a
 * prefill curve, a small search for capacity, and two configurations compared in turns. About 10 minutes.
 */
const rate = 0.5;
const durationSeconds = 50;
/** The seed is fixed, and so is the number of requests: about rate × duration. */
const fewestRequests = 20;
/** A machine that does other things too may fall far behind: every answer is waited for. */
const patience = '600s';

await ensureInstalled();
say('building …');
await build();
const runsFolder = mkdtempSync(join(tmpdir(), 'metron-llama-'));
await attempt('the analyses can be judged', async () => {
  say('starting llama.cpp with four slots …');
  const four = await startLlama({ say });
  try {
    await attempt('the run can be judged', async () => {
      const folder = folderFor('run');
      await benchmark(four, folder);
      judge(recordsOf(join(folder, readdirSync(folder)[0] ?? '')));
    });
    await attempt('the profile can be judged', () => profile(four, folderFor('profile')));
    await attempt('the search can be judged', () => capacity(four, folderFor('capacity')));
    say('starting llama.cpp with one slot …');
    const one = await startLlama({ say, slots: 1 });
    await attempt('the comparison can be judged', () => compare(one, four, folderFor('compare')));
    await one.stop();
  } finally {
    await four.stop();
  }
});
rmSync(runsFolder, { recursive: true, force: true });
say(tallyLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

/** One part that cannot be judged is a failure, and the others are judged all the same. */
async function attempt(name, part) {
  try {
    await part();
  } catch (error) {
    test(name, [error.stack]);
  }
}

function folderFor(part) {
  const folder = join(runsFolder, part);
  mkdirSync(folder);
  return folder;
}

async function benchmark(server, folder) {
  say(`serving ${server.model} at ${server.url}; ${rate} requests/s for ${durationSeconds} s, open loop`);
  const { code, output } = await capture(process.execPath, [
    commandLine,
    'run',
    ...['--url', server.url, '--model', server.model, '--seed', '7', '--runs', folder],
    ...['--arrivals', 'poisson', '--rate', String(rate), '--duration', `${durationSeconds}s`],
    ...['--prompt', '64..256', '--output', '64..128'],
    ...['--grace', patience, '--first-token-timeout', patience, '--total-timeout', patience],
  ]);
  say(output.trimEnd().replace(/^/gm, '  | '));
  // 4: the machine was too busy for the certificate, which is what the certificate is for. The
  // server's account is compared all the same: the two share a machine, and so its hiccups.
  test('metron run measures', code === 0 || code === 4 ? [] : [`exit ${code}`]);
  if (code === 4) say('      (this machine is too busy for a valid measurement; the accounts must still agree)');
}

function judge(records) {
  const measured = records.filter((record) => record.phase === 'measure');
  const completed = measured.filter((record) => record.outcome.status === 'completed');
  test(
    'every request completed',
    measured
      .filter((record) => !completed.includes(record))
      .map(({ id, outcome }) => `request ${id}: ${JSON.stringify(outcome)}`),
  );
  test(
    `at least ${fewestRequests} requests to judge`,
    completed.length >= fewestRequests ? [] : [`${completed.length}`],
  );
  const unaccounted = completed.filter((record) => record.serverTiming === undefined);
  test(
    'the server’s account is in every record',
    unaccounted.map(({ id }) => `request ${id}: no timings`),
  );

  const accounted = completed.filter((record) => !unaccounted.includes(record));
  for (const { says, judges = () => true, breach } of rules) {
    const judged = accounted.filter(judges);
    const breaches = judged.map((record) => [record.id, breach(record)]).filter(([, reason]) => reason);
    const none = judged.length === 0 ? ['no request to judge by it'] : [];
    test(`${says} (${judged.length} requests)`, [
      ...none,
      ...breaches.map(([id, reason]) => `request ${id}: ${reason}`),
    ]);
  }
  describeAgreement(accounted);
}

/** How close the two accounts are, beyond being close enough. */
function describeAgreement(records) {
  const apart = records
    .filter(({ arrivals }) => arrivals.length > 1)
    .map(({ arrivals, serverTiming }) => Math.abs(decodeMs(arrivals) / serverTiming.predicted_ms - 1))
    .sort((a, b) => a - b);
  const percent = (share) => `${(100 * share).toFixed(3)} %`;
  if (apart.length > 0) {
    say(
      `decode time and predicted_ms differ by ${percent(apart[apart.length >> 1])} (median), ${percent(apart.at(-1))} (most)`,
    );
  }
}
