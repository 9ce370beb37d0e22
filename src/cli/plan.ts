import { type Plan, planFlags, planFromFlags, planToJson } from '../config/index.ts';
import { type ExitCode, exitCodes } from '../core/errors.ts';
import { toSeconds } from '../core/units.ts';
import { leastToProve } from '../metrics/index.ts';
import { chosenShare, count, duration, number } from '../plots/format.ts';
import { parseEngineOptions, simulate } from '../run/simulate.ts';
import {
  buildSchedule,
  describeSchedule,
  hashedPrompts,
  promptHash,
  promptText,
  type Schedule,
} from '../workload/index.ts';
import { present } from './present.ts';
import { simulatedTarget } from './simulated-target.ts';
import { type Flags, jsonFlag, type Verb } from './verb.ts';

const shownRequests = 3;

export const plan: Verb = {
  name: 'plan',
  summary: 'dry run: what would be sent, without sending it',
  arguments: '[plan]',
  examples: [
    'metron plan examples/chat.yaml',
    'metron plan --url http://localhost:8000/v1 --model m --rate 4 --json',
    'metron plan examples/chat.yaml --simulate model=llama3-8b,gpu=h100,scheduler=sarathi',
    'metron plan --simulate model=llama3-8b,gpu=a100 --rate 4 --prompt 512 --output 128',
  ],
  flags: [
    ...planFlags,
    {
      flag: '--simulate [engine]',
      help: 'predict the result in virtual time on the simulated engine, with options such as gpu=a100,scheduler=sarathi',
    },
    { flag: '--runs <folder>', help: 'where the run folder of a simulation is made (runs)' },
    jsonFlag,
  ],
  async main([file], flags) {
    if (flags.simulate !== undefined) return await predict(file, flags);
    const resolved = planFromFlags(flags, file);
    const schedule = buildSchedule(resolved, resolved.seed);
    const facts = {
      plan: planToJson(resolved),
      schedule: describeSchedule(schedule),
      scheduleHash: schedule.hash,
      promptHash: promptHash(schedule, hashedPrompts),
      first: firstRequests(schedule),
    };
    if (flags.json === true) console.log(JSON.stringify(facts, null, 2));
    else console.log(describe(resolved, facts).join('\n'));
    return exitCodes.ok;
  },
};

async function predict(file: string | undefined, flags: Flags): Promise<ExitCode> {
  const engine = parseEngineOptions(typeof flags.simulate === 'string' ? flags.simulate : '');
  const resolved = planFromFlags(file === undefined ? { ...simulatedTarget(engine.model), ...flags } : flags, file);
  const runsFolder = typeof flags.runs === 'string' ? flags.runs : 'runs';
  const { manifest, summary, folder, reportPath } = await simulate(resolved, { engine, runsFolder });
  present({
    manifest,
    summary,
    how: { json: flags.json === true, csv: false },
    facts: { folder, report: reportPath, simulated: manifest.simulated },
    files: [
      ['report', reportPath],
      ['run', folder],
    ],
  });
  return exitCodes.ok;
}

interface FirstRequest {
  readonly id: number;
  readonly scheduled_s?: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly prompt: string;
}

function firstRequests(schedule: Schedule): FirstRequest[] {
  return Array.from({ length: Math.min(shownRequests, schedule.count) }, (_, id) => {
    const at = schedule.scheduledAt?.[id];
    return {
      id,
      ...(at !== undefined && { scheduled_s: at / 1e9 }),
      promptTokens: schedule.promptTokens[id] ?? 0,
      outputTokens: schedule.outputTokens[id] ?? 0,
      prompt: promptText(schedule, id),
    };
  });
}

interface Facts {
  readonly schedule: ReturnType<typeof describeSchedule>;
  readonly scheduleHash: string;
  readonly promptHash: string;
  readonly first: readonly FirstRequest[];
}

function describe(resolved: Plan, { schedule, scheduleHash, promptHash: prompts, first }: Facts): string[] {
  const { target, load, phases, seed, repeat } = resolved;
  const seconds = load.duration === undefined ? undefined : toSeconds(load.duration);
  // A closed loop by time draws more work than it will do: its totals say nothing.
  const inStock = load.closed !== undefined && load.requests === undefined;
  const lengths = (name: string, of: typeof schedule.prompt): string =>
    `${name.padEnd(10)} ${inStock ? '' : `${count(of.total)} tokens; `}each ${number(of.mean)} on average, P50 ${count(of.p50)}, P90 ${count(of.p90)}, P99 ${count(of.p99)}, max ${count(of.max)}`;
  return [
    `${resolved.name}: ${target.url}, model ${target.model}, ${target.protocol}`,
    '',
    `load       ${load.closed ? closedText(load.closed) : openText(schedule)}`,
    `requests   ${inStock ? 'as many as are answered in time' : count(schedule.requests)}${schedule.measuredRequests === undefined ? '' : `, ${count(schedule.measuredRequests)} of them measured`}`,
    `time       ${seconds === undefined ? 'until all are sent' : duration(seconds * 1000, ' ')}, warm-up ${duration(toSeconds(phases.warmup) * 1000, ' ')}, grace ${duration(toSeconds(phases.grace) * 1000, ' ')}${repeat > 1 ? `, ${repeat} times` : ''}`,
    lengths('prompts', schedule.prompt),
    lengths('answers', schedule.output),
    ...(seconds === undefined || load.closed ? [] : [offered(schedule, seconds)]),
    ...tooFew(resolved, schedule),
    `seed       ${seed}; schedule ${scheduleHash.slice(0, 12)}, prompts ${prompts.slice(0, 12)}`,
    '',
    'first to be sent',
    ...first.map(firstLine),
    '',
    'Nothing was sent. `metron run` with the same arguments sends it.',
  ];
}

/** Said before anything is sent: the sample will be too small for the target. */
function tooFew({ score }: Plan, { requests, measuredRequests = requests }: Facts['schedule']): string[] {
  const needs = leastToProve(score.fluidShare);
  if (measuredRequests >= needs || !Number.isFinite(needs)) return [];
  return [
    `sample     ! ${count(measuredRequests)} requests cannot prove a target of ${chosenShare(score.fluidShare)}: that takes ${count(needs)}`,
  ];
}

const openText = ({ rate_per_s, gapCv }: Facts['schedule']): string =>
  `open loop, ${number(rate_per_s)} requests/s, gaps vary by ${number(gapCv)} (1 is Poisson, 0 is even)`;

const closedText = ({ users, think }: NonNullable<Plan['load']['closed']>): string =>
  `closed loop, ${count(users)} users, thinking ${duration(toSeconds(think) * 1000, ' ')} between requests`;

const offered = ({ prompt, output }: Facts['schedule'], seconds: number): string =>
  `offered    ${number(prompt.total / seconds)} prompt tokens/s, ${number(output.total / seconds)} answer tokens/s`;

function firstLine({ id, scheduled_s, promptTokens, outputTokens, prompt }: FirstRequest): string {
  const when = scheduled_s === undefined ? '' : ` at ${scheduled_s.toFixed(3)} s`;
  return `  ${id}${when}: ${count(promptTokens)} tokens in, ${count(outputTokens)} out: ${JSON.stringify(prompt.slice(0, 40))}…`;
}
