import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../scripts/build.mjs';
import { capture } from '../../scripts/child.mjs';
import { ensureInstalled } from '../../scripts/install.mjs';
import { startLlama } from '../../scripts/llama-server.mjs';
import { commandLine } from '../../scripts/repository.mjs';
import { tallyLine } from '../../scripts/tally-line.mjs';
import { decodeMs, rules } from './account.mjs';

/**
 * `npm run test:engines`: an open-loop run of the built command line against a real llama.cpp
 * server with a small real model, checked request by request against the server's own account.
 */
const rate = 0.5;
const durationSeconds = 50;
/** The seed is fixed, and so is the number of requests: about rate × duration. */
const fewestRequests = 20;
/** A machine that does other things too may fall far behind: every answer is waited for. */
const patience = '600s';

const say = (line) => console.log(line);
const total = { passed: 0, failed: 0 };

await ensureInstalled();
say('building …');
await build();
const runsFolder = mkdtempSync(join(tmpdir(), 'metron-llama-'));
try {
  await benchmark();
  judge(readRecords());
} catch (error) {
  test('the run can be judged', [error.stack]);
} finally {
  rmSync(runsFolder, { recursive: true, force: true });
}
say(tallyLine(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function benchmark() {
  say('starting llama.cpp …');
  const server = await startLlama({ say });
  say(`serving ${server.model} at ${server.url}; ${rate} requests/s for ${durationSeconds} s, open loop`);
  try {
    const { code, output } = await capture(process.execPath, [
      commandLine,
      'run',
      ...['--url', server.url, '--model', server.model, '--seed', '7', '--runs', runsFolder],
      ...['--arrivals', 'poisson', '--rate', String(rate), '--duration', `${durationSeconds}s`],
      ...['--prompt', '64..256', '--output', '64..128'],
      ...['--grace', patience, '--first-token-timeout', patience, '--total-timeout', patience],
    ]);
    say(output.trimEnd().replace(/^/gm, '  | '));
    // 4: the machine was too busy for the certificate, which is what the certificate is for. The
    // server's account is compared all the same: the two share a machine, and so its hiccups.
    test('metron run measures', code === 0 || code === 4 ? [] : [`exit ${code}`]);
    if (code === 4) say('      (this machine is too busy for a valid measurement; the accounts must still agree)');
  } finally {
    await server.stop();
  }
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

function test(name, problems) {
  say(`${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
  for (const problem of problems) say(`      ${problem}`);
  if (problems.length === 0) total.passed += 1;
  else total.failed += 1;
}

/** The stored records as they lie on disk, read without metron’s own reader. */
function readRecords() {
  const [run] = readdirSync(runsFolder);
  const file = join(runsFolder, run ?? '', 'records.jsonl');
  if (!existsSync(file)) throw new Error('the run left no records.jsonl');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { id, phase, outcome, prompt, output, chunks, sent_ns, server_timing } = JSON.parse(line);
    const arrivals = contentTimes(chunks);
    return { id, phase, outcome, prompt, output, arrivals, sentMs: sent_ns / 1e6, serverTiming: server_timing };
  });
}

function contentTimes({ at_delta_ns: deltas, kind }) {
  const times = [];
  let at = 0;
  for (const [index, delta] of deltas.entries()) {
    at += delta;
    if (kind[index] === 'c') times.push(at / 1e6);
  }
  return times;
}
