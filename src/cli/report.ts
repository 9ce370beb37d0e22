import { scoreFlags } from '../config/index.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import { report as buildReport } from '../run/score.ts';
import { storedPolicy } from './stored-policy.ts';
import { jsonFlag, type Verb } from './verb.ts';

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
    { flag: '--out <file>', help: "name of the file in the run's folder (report.html)" },
    jsonFlag,
  ],
  async main([folder], flags) {
    if (folder === undefined) throw new MetronError('NO_RUN', 'which run? give the folder that `metron run` wrote');
    const out = typeof flags.out === 'string' ? flags.out : undefined;
    const path = await buildReport(folder, storedPolicy(folder, flags), out);
    console.log(flags.json === true ? JSON.stringify({ report: path }) : path);
    return exitCodes.ok;
  },
};
