import { join, relative } from 'node:path';
import { planFlags, planFromFlags } from '../config/index.ts';
import { loadPlan } from '../config/load-plan.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import { renderSweep } from '../outputs/terminal/sweep.ts';
import { settingsText } from '../plots/analyses/sweep-cells.ts';
import { RunControl } from '../run/control.ts';
import { step } from '../run/events.ts';
import { parseEngineOptions } from '../run/simulate.ts';
import { sweep as runSweep, storedSweepRequest } from '../run/sweep.ts';
import { parseAxis, widened } from '../run/sweep-axis.ts';
import { obeyInterrupts } from './interrupts.ts';
import { progressFor } from './progress.ts';
import { screen } from './screen.ts';
import { simulatedTarget } from './simulated-target.ts';
import { type Flags, jsonFlag, type Verb } from './verb.ts';

export const sweep: Verb = {
  name: 'sweep',
  summary: 'run a plan over a grid of settings: latency against load, throughput against interactivity',
  arguments: '[plan]',
  examples: [
    'metron sweep --url http://localhost:8000/v1 --model m --duration 60s --over users=1,2,4,8,16',
    'metron sweep examples/chat.yaml --over rate=1,2,4,8 --over workload.output=64,256',
    'metron sweep --simulate model=llama3-8b,gpu=h100 --requests 500 --over rate=5,10,20,40',
  ],
  flags: [
    ...planFlags,
    {
      flag: '--over <setting=values>',
      help: 'a flag or a path of the plan, and its values; several make a grid',
      repeatable: true,
    },
    { flag: '--simulate [engine]', help: 'in virtual time on the simulated engine, with options such as gpu=a100' },
    {
      flag: '--resume <folder>',
      help: 'go on with a sweep that was ended, or with more values of --over widen it; cells that are there are not run again',
    },
    { flag: '--runs <folder>', help: 'where the folder of the sweep is made (runs)' },
    jsonFlag,
  ],
  async main([file], flags) {
    const json = flags.json === true;
    const resume = textOf(flags.resume);
    const before = resume === undefined ? undefined : storedSweepRequest(resume);
    const given = (Array.isArray(flags.over) ? flags.over : []).map((text) => parseAxis(String(text)));
    const axes = before === undefined ? given : given.length > 0 ? widened(before.axes, given) : before.axes;
    if (axes.length === 0) {
      throw new MetronError('SWEEP_INVALID', 'over what? give at least one setting', {
        hint: 'write --over rate=1,2,4,8 or --over users=1,8,64',
      });
    }
    const simulated = flags.simulate === undefined ? undefined : parseEngineOptions(textOf(flags.simulate) ?? '');
    const engine = before ? before.engine : simulated;
    const plan =
      resume === undefined
        ? planFromFlags(
            planFlagsFor(
              flags,
              engine?.model,
              axes.map(({ path }) => path),
              file,
            ),
            file,
          )
        : loadPlan(join(resume, 'plan.json'));
    const progress = progressFor(json);
    const control = new RunControl();
    const release = obeyInterrupts(control, progress);
    try {
      const { result, folder, pagePath, exitCode } = await runSweep(plan, {
        axes,
        control,
        runsFolder: textOf(flags.runs) ?? 'runs',
        ...(engine && { engine }),
        ...(resume !== undefined && { resume }),
        onEvent: (event) => progress.show(event),
        onCell: (cell, of, settings) => progress.show(step(`cell ${cell} of ${of}: ${settingsText({ settings })}`)),
      });
      progress.end();
      if (json) console.log(JSON.stringify({ folder, page: pagePath, ...result }, null, 2));
      else process.stdout.write(renderSweep(result, relative('', folder) || folder, screen()));
      return control.stopSignal.aborted ? exitCodes.interrupted : exitCode;
    } finally {
      progress.end();
      release();
    }
  },
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Virtual time needs no server, and a sweep over a load brings that load itself. */
function planFlagsFor(
  flags: Flags,
  simulated: string | undefined,
  paths: readonly string[],
  file: string | undefined,
): Flags {
  const target = flags.simulate === undefined ? {} : simulatedTarget(simulated);
  const given = file !== undefined || ['rate', 'arrivals', 'users'].some((name) => flags[name] !== undefined);
  const load = given ? {} : paths.some((path) => path.startsWith('load.closed')) ? { users: '1' } : { rate: '1' };
  return { ...target, ...load, ...flags };
}
