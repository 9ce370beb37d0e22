import { scoreFlags } from '../config/index.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import type { Estimate, Summary } from '../metrics/index.ts';
import { table } from '../outputs/terminal/layout.ts';
import { interval, quantity } from '../plots/format.ts';
import { score as scoreStored } from '../run/score.ts';
import { present } from './present.ts';
import { storedPolicy } from './stored-policy.ts';
import { jsonFlag, type Verb } from './verb.ts';

export const score: Verb = {
  name: 'score',
  summary: 'recompute every number of a stored run under other deadlines, targets and policies',
  arguments: '<run>',
  examples: [
    'metron score runs/2026-01-31T12-30-05Z_chat --decode-deadline 25ms --prefill-deadline 300ms',
    'metron score runs/2026-01-31T12-30-05Z_chat --dialect etalon --json',
  ],
  flags: [
    ...scoreFlags,
    { flag: '--name <name>', help: 'file name of the new summary (the next free summary-N)' },
    { flag: '--csv', help: 'print every number as CSV instead of the summary' },
    jsonFlag,
  ],
  async main([folder], flags) {
    if (folder === undefined) throw new MetronError('NO_RUN', 'which run? give the folder that `metron run` wrote');
    const name = typeof flags.name === 'string' ? { name: flags.name } : {};
    const result = await scoreStored(folder, storedPolicy(folder, flags), name);
    const { summary, original, manifest, path, cut, problems } = result;
    for (const problem of problems) console.error(`metron: ${problem}`);
    if (cut) console.error('metron: the run was cut; what had been recorded until then is scored');
    const how = { json: flags.json === true, csv: flags.csv === true };
    present({
      manifest,
      summary,
      how,
      facts: { folder, summaryPath: path, cut, problems, original },
      files: path === undefined ? [] : [['summary', path]],
    });
    if (original && !how.json && !how.csv) console.log(`\n${besides(original, summary).join('\n')}`);
    return exitCodes.ok;
  },
};

const rows = [
  ['Fluid answers', 'fluidShare', 'share'],
  ['Fluid rate', 'fluidRate', 'tokens/s'],
  ['First token P99', 'ttftP99', 'ms'],
  ['Token gap P99', 'tbtP99', 'ms'],
  ['Longest stall', 'longestStall', 'ms'],
] as const;

const bracketed = (text: string): string => (text === '' ? '' : ` (${text})`);

/** The headline as it was first scored, and as it is now. */
function besides(original: Summary, summary: Summary): string[] {
  const cell = (estimate: Estimate, unit: string): string =>
    estimate.value === undefined
      ? (estimate.reason ?? 'none')
      : [quantity(estimate.value, unit, ' '), bracketed(interval(estimate.low, estimate.high, unit, ' '))].join('');
  return [
    'Beside the original summary',
    ...table(
      [
        { title: '', align: 'left' },
        { title: 'then', align: 'left' },
        { title: 'now', align: 'left' },
      ],
      rows.map(([label, id, unit]) => [label, cell(original.headline[id], unit), cell(summary.headline[id], unit)]),
    ),
  ];
}
