import { relative } from 'node:path';
import { fewestLengths } from '../analyses/prefill-profile.ts';
import { parseDuration } from '../config/duration.ts';
import { type Plan, planFlags, planFromFlags } from '../config/index.ts';
import { type ExitCode, MetronError } from '../core/errors.ts';
import type { EngineOptions } from '../engine/engine-options.ts';
import { renderPrefillProfile } from '../outputs/terminal/prefill-profile.ts';
import { RunControl } from '../run/control.ts';
import { type ProfileOptions, type ProfileResult, profile as profileTarget } from '../run/profile.ts';
import { parseEngineOptions } from '../run/simulate.ts';
import { mostTokens } from '../workload/index.ts';
import { obeyInterrupts } from './interrupts.ts';
import { progressFor } from './progress.ts';
import { screen } from './screen.ts';
import { simulatedTarget } from './simulated-target.ts';
import { type Flags, jsonFlag, type Verb } from './verb.ts';

/** A profile decides load and lengths itself, and scores nothing. */
const decided = /^(load|score|phases)\.|^workload\.(prompt|output|paired|cache)|^repeat$/;
const targetFlags = planFlags.filter(({ path }) => !decided.test(path));

export const profile: Verb = {
  name: 'profile',
  summary: 'measure how the time to the first token grows with the prompt: the curve for --prefill-curve',
  arguments: '[plan]',
  examples: [
    'metron profile --url http://localhost:8000/v1 --model llama-3.1-8b --budget 5m',
    'metron profile --url http://localhost:8000/v1 --model m --lengths 128,1024,8192 --repeats 7 --out curve.json',
    'metron profile --simulate model=llama3-8b,gpu=h100,jitter=0.02',
    'metron run --url http://localhost:8000/v1 --model m --rate 4 --prefill-curve curve.json --slack 300ms',
  ],
  flags: [
    ...targetFlags,
    {
      flag: '--lengths <list>',
      help: 'prompt lengths, tokens, separated by commas (24 up to the context, and more near steps)',
    },
    { flag: '--context <tokens>', help: 'most tokens of prompt and answer, where the server does not tell' },
    { flag: '--repeats <number>', help: 'how often each length is measured (5)' },
    { flag: '--output <tokens>', help: 'tokens asked of each answer; only the first counts (4)' },
    { flag: '--budget <duration>', help: 'send nothing more after this time and fit what was measured' },
    {
      flag: '--subtract-network [rtt|smallest-prompt]',
      help: 'take off the curve what no prompt changes: one network round trip (rtt), or all that a prompt of 1 token takes',
    },
    { flag: '--out <file>', help: "file of the curve (prefill-curve.json in the run's folder)" },
    { flag: '--runs <folder>', help: 'where the run folder is made (runs)' },
    { flag: '--simulate [engine]', help: 'in virtual time on the simulated engine, with options such as gpu=a100' },
    jsonFlag,
  ],
  async main([file], flags) {
    const engine = flags.simulate === undefined ? undefined : parseEngineOptions(textOf(flags.simulate) ?? '');
    const plan = planOf(flags, file, engine);
    const json = flags.json === true;
    const progress = progressFor(json);
    const control = new RunControl();
    const release = obeyInterrupts(control, progress);
    try {
      const options = optionsOf(flags, engine);
      const result = await profileTarget(plan, { ...options, control, onEvent: (event) => progress.show(event) });
      progress.end();
      return show(result, plan, json);
    } finally {
      progress.end();
      release();
    }
  },
};

/** Virtual time needs no server; the plan's schema wants one named all the same. */
function planOf(flags: Flags, file: string | undefined, engine: EngineOptions | undefined): Plan {
  const given = engine ? { ...simulatedTarget(engine.model), ...flags } : flags;
  const { output: _output, ...rest } = given as Record<string, unknown>;
  return planFromFlags({ ...rest, users: '1' }, file);
}

function optionsOf(flags: Flags, engine: EngineOptions | undefined): ProfileOptions {
  const lengths = lengthsOf(textOf(flags.lengths));
  const budget = textOf(flags.budget);
  const limit = budget === undefined ? undefined : parseDuration(budget);
  if (budget !== undefined && !limit) {
    throw new MetronError('FLAG_INVALID', `--budget: expected a duration such as 5m, got "${budget}"`);
  }
  const numbers = { context: '--context', repeats: '--repeats', output: '--output' } as const;
  const [context, repeats, outputTokens] = Object.entries(numbers).map(([key, name]) => {
    const text = textOf(flags[key]);
    return text === undefined ? undefined : wholeNumber(name, text);
  });
  const out = textOf(flags.out);
  return {
    runsFolder: textOf(flags.runs) ?? 'runs',
    ...(flags.subtractNetwork !== undefined && { baseline: baselineOf(flags.subtractNetwork) }),
    ...(lengths && { lengths }),
    ...(limit !== undefined && { budget: limit }),
    ...(context !== undefined && { context }),
    ...(repeats !== undefined && { repeats }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(out !== undefined && { out }),
    ...(engine && { engine }),
  };
}

/** What makes no curve, or no request, is refused before any load. */
function lengthsOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const lengths = [...new Set(text.split(',').map((length) => wholeNumber('--lengths', length)))].sort((a, b) => a - b);
  if (lengths.length < fewestLengths) {
    throw new MetronError('FLAG_INVALID', `--lengths: a curve needs ${fewestLengths} lengths, got ${lengths.length}`);
  }
  const longest = lengths.at(-1) ?? 0;
  if (longest > mostTokens) {
    throw new MetronError('FLAG_INVALID', `--lengths: a prompt has at most ${mostTokens} tokens, got ${longest}`);
  }
  return lengths;
}

function baselineOf(value: unknown): NonNullable<ProfileOptions['baseline']> {
  const kind = value === true ? 'rtt' : value;
  if (kind === 'rtt' || kind === 'smallest-prompt') return kind;
  throw new MetronError('FLAG_INVALID', `--subtract-network: expected rtt or smallest-prompt, got "${String(value)}"`);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function wholeNumber(name: string, text: string): number {
  const value = Number(text.trim());
  if (Number.isInteger(value) && value > 0) return value;
  throw new MetronError('FLAG_INVALID', `${name}: expected a whole number above 0, got "${text}"`);
}

function show(result: ProfileResult, plan: Plan, json: boolean): ExitCode {
  const {
    manifest,
    certificate,
    profile: found,
    curve,
    curvePath,
    plotPath,
    pagePath,
    folder,
    unmeasured,
    exitCode,
  } = result;
  if (json) {
    console.log(
      JSON.stringify({ folder, curvePath, plotPath, page: pagePath, certificate, unmeasured, curve }, null, 2),
    );
    return exitCode;
  }
  const path = relative('', curvePath) || curvePath;
  const { baseline } = curve.profile;
  process.stdout.write(
    renderPrefillProfile({
      title: `metron profile · ${plan.target.model} · ${manifest.simulated ? 'simulated in virtual time' : manifest.target.url}`,
      verdict: certificate ?? { verdict: 'suspect', reasons: [] },
      profile: found,
      ...(baseline && { baseline }),
      unmeasured,
      files: [
        ['curve', path],
        ['page', relative('', pagePath) || pagePath],
        ['plot', relative('', plotPath) || plotPath],
        ['run', relative('', folder) || folder],
        ['use', `npx metron run … --prefill-curve ${path} --slack 300ms`],
      ],
      ...screen(),
    }),
  );
  return exitCode;
}
