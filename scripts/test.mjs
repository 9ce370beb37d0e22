import { ensureInstalled } from './install.mjs';
import { tallyLine } from './tally-line.mjs';

/**
 * `npm test`: every check and every suite, one line each, what failed in full, and the sum.
 * With names, only those: `npm test -- lint unit`.
 */
await ensureInstalled();
const { staticChecks, suites, longSuites } = await import('./checks.mjs');

/** Where nothing may be left out, a skipped test is a failed one. */
const nothingMaySkip = process.env.CI === 'true';
const stepLimitMinutes = 20;
const staticChecksAtOnce = 2;

// Colours of an unknown terminal have no place in a log, nor in what tests of printed text see.
delete process.env.FORCE_COLOR;
if (!process.stdout.isTTY) process.env.NO_COLOR = '1';

const asked = process.argv.slice(2);
const wanted = asked.length === 0 ? [...staticChecks, ...suites] : asked.map(byName);

const total = { passed: 0, failed: 0, skipped: 0 };
const checks = wanted.filter((step) => staticChecks.includes(step));
// The types of what drives the built package are those of the build.
await drain(checks.filter(({ name }) => name === 'build'));
const others = checks.filter(({ name }) => name !== 'build');
await Promise.all(Array.from({ length: staticChecksAtOnce }, () => drain(others)));
// One suite at a time: some of them measure.
await drain(wanted.filter((step) => !staticChecks.includes(step)));

console.log(tallyLine(total));
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

async function drain(steps) {
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) await perform(step);
}

async function perform({ name, run }) {
  const startedAt = performance.now();
  const result = await run({ timeout: stepLimitMinutes * 60_000 });
  const seconds = (performance.now() - startedAt) / 1000;
  const forbidden = nothingMaySkip ? result.skipped.length : 0;
  const failed = result.failed + forbidden;
  const skipped = result.skipped.length - forbidden;

  const counts = tallyLine({ passed: result.passed, failed, skipped });
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(18)} ${counts}  (${seconds.toFixed(1)} s)`);
  for (const { name: test, reason } of result.skipped) console.log(`      skipped: ${test}: ${reason}`);
  for (const line of result.found ?? []) console.log(`      ${line}`);
  if (result.failed > 0) console.log(result.output.trimEnd().replace(/^/gm, '      '));

  total.passed += result.passed;
  total.failed += failed;
  total.skipped += skipped;
}

function byName(name) {
  const known = [...staticChecks, ...suites, ...longSuites];
  const step = known.find((candidate) => candidate.name === name);
  if (step !== undefined) return step;
  console.error(`no check is called "${name}"; there are: ${known.map((candidate) => candidate.name).join(', ')}`);
  process.exit(2);
}
