import { scoreFlags } from '../config/index.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import { renderAudit } from '../outputs/terminal/audit.ts';
import { audit as auditRuns } from '../run/audit.ts';
import { parseCompareInput } from '../run/compare-inputs.ts';
import { screen } from './screen.ts';
import { storedPolicy } from './stored-policy.ts';
import { jsonFlag, type Verb } from './verb.ts';

export const audit: Verb = {
  name: 'audit',
  summary: 'a checklist against misleading benchmarks: what a run, or the runs of one claim, can support',
  arguments: '<runs...>',
  examples: [
    'metron audit runs/2026-01-31T12-30-05Z_chat',
    'metron audit runs/before runs/after --strict',
    'metron audit A=runs/a-sweep A=runs/a-capacity B=runs/b-sweep B=runs/b-capacity',
  ],
  flags: [...scoreFlags, { flag: '--strict', help: 'exit with 1 for a warning too' }, jsonFlag],
  async main(folders, flags) {
    const [first] = folders;
    if (first === undefined)
      throw new MetronError(
        'NO_RUN',
        'which runs? give folders of runs, sweeps, capacity searches or live comparisons',
      );
    const input = parseCompareInput(first);
    const items = await auditRuns(folders, storedPolicy(input.kind === 'live' ? '' : input.folder, flags));
    if (flags.json === true) console.log(JSON.stringify({ schema: 'metron.audit/1', runs: folders, items }, null, 2));
    else process.stdout.write(renderAudit(items, screen()));
    const bad = items.some(({ outcome }) => outcome === 'fail' || (flags.strict === true && outcome === 'warn'));
    return bad ? exitCodes.sloFailed : exitCodes.ok;
  },
};
