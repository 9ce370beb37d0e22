import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { scoreFlags } from '../config/index.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import { report as buildReport } from '../run/score.ts';
import { storedPolicy } from './stored-policy.ts';
import { type Flags, jsonFlag, type Verb } from './verb.ts';

export const report: Verb = {
  name: 'report',
  summary: 'build the HTML report of a stored run again',
  arguments: '<run>',
  examples: [
    'metron report runs/2026-01-31T12-30-05Z_chat',
    'metron report runs/2026-01-31T12-30-05Z_chat --decode-deadline 25ms --out strict.html',
  ],
  flags: [
    ...scoreFlags,
    {
      flag: '--out <file>',
      help: "name of the file in the run's folder (report.html; under another policy the next free report-N.html)",
    },
    jsonFlag,
  ],
  async main([folder], flags) {
    if (folder === undefined) throw new MetronError('NO_RUN', 'which run? give the folder that `metron run` wrote');
    const out = typeof flags.out === 'string' ? flags.out : rescoredName(folder, flags);
    const path = await buildReport(folder, storedPolicy(folder, flags), out);
    console.log(flags.json === true ? JSON.stringify({ report: path }) : path);
    return exitCodes.ok;
  },
};

/** A report under another policy than the run's own never takes the place of the run's report. */
function rescoredName(folder: string, flags: Flags): string | undefined {
  if (scoreFlags.every(({ attribute }) => flags[attribute] === undefined)) return undefined;
  for (let i = 2; ; i++) {
    const name = `report-${i}.html`;
    if (!existsSync(join(folder, name))) return name;
  }
}
