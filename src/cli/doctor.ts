import { exitCodes } from '../core/errors.ts';
import { toMilliseconds } from '../core/units.ts';
import { table, wrap } from '../outputs/terminal/layout.ts';
import { type Diagnosis, diagnose, mostUse, type StepLimit, worstError } from '../selftest/doctor.ts';
import { jsonFlag, type Verb } from './verb.ts';

const width = 80;

/** Why a load is none to measure. */
const limits: Readonly<Record<StepLimit, string>> = {
  error: `P99 over ${toMilliseconds(worstError)} ms`,
  use: `loop over ${mostUse * 100} %`,
  lost: 'tokens lost',
  source: 'more than the source sends',
};

export const doctor: Verb = {
  name: 'doctor',
  summary: 'say what this machine can measure, and what to change',
  examples: ['metron doctor', 'metron doctor --json'],
  flags: [jsonFlag],
  async main(_positional, { json }) {
    const diagnosis = await diagnose((text) => {
      if (json !== true && process.stderr.isTTY) console.error(text);
    });
    console.log(json === true ? JSON.stringify(diagnosis, null, 2) : describe(diagnosis));
    return exitCodes.ok;
  },
};

function describe(diagnosis: Diagnosis): string {
  const { findings, selfTest, steps, measurable } = diagnosis;
  const limit = steps.at(-1)?.limit;
  const isQuiet = findings.every(({ id, ok }) => id !== 'other-work' || ok);
  const advice = findings.flatMap((found) => (found.advice === undefined ? [] : [`${found.label}: ${found.advice}`]));
  return [
    measurable === 0
      ? 'Measures no load well at the moment: too much else runs here, or the machine is too small.'
      : `Measures ${limit === 'source' || limit === undefined ? 'at least' : 'up to'} ${measurable.toLocaleString('en')} tokens/s per receiving thread${isQuiet ? '' : ', beside what else runs here'}.`,
    `Token times are wrong by ${time(selfTest.error.p50)} (median), ${time(selfTest.error.p99)} (P99);`,
    `requests leave ${time(selfTest.lateness.p99)} late (P99).`,
    '',
    ...table(
      [
        { title: 'tokens/s', align: 'right' },
        { title: 'error P50', align: 'right' },
        { title: 'P99', align: 'right' },
        { title: 'max', align: 'right' },
        { title: 'loop in use', align: 'right' },
        { title: '', align: 'left' },
      ],
      steps.map(({ asked, error, utilisation, limit: reached }) => [
        asked.toLocaleString('en'),
        time(error.p50),
        time(error.p99),
        time(error.max),
        `${(utilisation * 100).toFixed(0)} %`,
        reached === undefined ? '✓' : `✗ ${limits[reached]}`,
      ]),
    ),
    '',
    ...table(
      [
        { title: 'machine', align: 'left' },
        { title: '', align: 'left' },
        { title: '', align: 'left' },
      ],
      findings.map(({ label, value, ok }) => [label, value, ok ? '✓' : '✗']),
    ),
    ...(advice.length === 0 ? [] : ['', 'To change', ...advice.flatMap((line) => wrap(`  ${line}`, width, 4))]),
  ].join('\n');
}

function time(nanoseconds: number): string {
  return nanoseconds < 1e6
    ? `${(nanoseconds / 1e3).toFixed(nanoseconds < 1e4 ? 1 : 0)} µs`
    : `${(nanoseconds / 1e6).toFixed(1)} ms`;
}
