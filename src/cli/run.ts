import { planFlags, planFromFlags } from '../config/index.ts';
import { exitCodes } from '../core/errors.ts';
import { interval, quantity } from '../plots/format.ts';
import { RunControl } from '../run/control.ts';
import { type AcrossRuns, runRepeatedly } from '../run/repeat.ts';
import type { RunResult } from '../run/run.ts';
import { obeyInterrupts } from './interrupts.ts';
import { present } from './present.ts';
import { progressFor } from './progress.ts';
import { jsonFlag, type Verb } from './verb.ts';

export const run: Verb = {
  name: 'run',
  summary: 'send load to an LLM server and measure how fluidly it answers',
  arguments: '[plan]',
  examples: [
    'metron run --url http://localhost:8000/v1 --model llama-3.1-8b --rate 4 --duration 60s',
    'metron run examples/chat.yaml --decode-deadline 25ms',
    'metron run --url https://api.example.com/v1 --model large --users 8 --api-key-env EXAMPLE_KEY',
  ],
  flags: [
    ...planFlags,
    { flag: '--runs <folder>', help: 'where run folders are made (runs)' },
    { flag: '--csv', help: 'print every number as CSV instead of the summary' },
    jsonFlag,
  ],
  async main([file], flags) {
    const plan = planFromFlags(flags, file);
    const how = { json: flags.json === true, csv: flags.csv === true };
    const progress = progressFor(how.json);
    const control = new RunControl();
    const release = obeyInterrupts(control, progress);
    try {
      const runsFolder = typeof flags.runs === 'string' ? flags.runs : 'runs';
      const { runs, across, path, exitCode } = await runRepeatedly(plan, {
        runsFolder,
        control,
        onEvent: (event) => progress.show(event),
      });
      progress.end();
      for (const result of runs) show(result, how);
      if (path !== undefined && !how.json && !how.csv) showAcross(across, path);
      return control.leaveSignal.aborted ? exitCodes.interrupted : exitCode;
    } finally {
      progress.end();
      release();
    }
  },
};

function show({ manifest, summary, folder, reportPath }: RunResult, how: { json: boolean; csv: boolean }): void {
  present({
    manifest,
    summary,
    how,
    facts: { folder, report: reportPath },
    files: [
      ['report', reportPath],
      ['run', folder],
      ['again', 'npx metron score <run> --decode-deadline 25ms'],
    ],
  });
}

const words = {
  fluidShare: ['Fluid answers', 'share'],
  fluidRate: ['Fluid rate', 'tokens/s'],
  ttftP99: ['First token P99', 'ms'],
  tbtP99: ['Token gap P99', 'ms'],
  longestStall: ['Longest stall', 'ms'],
  errorRate: ['Errors', 'share'],
} as const;

function showAcross(across: readonly AcrossRuns[], path: string): void {
  console.log('\nOver all runs: mean, and its 95% interval');
  for (const { id, mean, low, high } of across) {
    const [label, unit] = words[id as keyof typeof words];
    console.log(`  ${label.padEnd(16)} ${quantity(mean, unit, ' ').padStart(14)}   ${interval(low, high, unit, ' ')}`);
  }
  console.log(`  ${path}`);
}
