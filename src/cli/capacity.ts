import { relative } from 'node:path';
import { type Plan, planFlags, planFromFlags } from '../config/index.ts';
import { loadPlan } from '../config/load-plan.ts';
import type { ExitCode } from '../core/errors.ts';
import { renderCapacity } from '../outputs/terminal/capacity.ts';
import { count, number } from '../plots/format.ts';
import { type CapacityOutcome, capacity as findCapacity, storedRequest } from '../run/capacity.ts';
import { RunControl } from '../run/control.ts';
import { passingStep } from '../run/events.ts';
import { presets } from '../slo/index.ts';
import { capacityRequest, resumedRequest } from './capacity-request.ts';
import { rescoreFolders } from './capacity-rescore.ts';
import { obeyInterrupts } from './interrupts.ts';
import { progressFor } from './progress.ts';
import { screen } from './screen.ts';
import { jsonFlag, type Verb } from './verb.ts';

/** A search decides load, repetition and how long each look lasts. */
const decided = /^load\.(requests|duration)|^repeat$/;

export const capacity: Verb = {
  name: 'capacity',
  summary: 'find the largest load that meets an objective, as an interval with a stated confidence',
  arguments: '[plan]',
  examples: [
    'metron capacity --url http://localhost:8000/v1 --model m --preset paper-50 --budget-time 30m',
    'metron capacity examples/chat.yaml --slo "ttft<=1s & tpot<=50ms @ 90%" --search users',
    'metron capacity --simulate model=llama3-8b,gpu=h100 --slo "ttft_p99<=1s, tbt_p99<=50ms"',
    'metron capacity --rescore runs/2026-01-31T12-30-05Z_chat-capacity',
  ],
  flags: [
    ...planFlags.filter(({ path }) => !decided.test(path)),
    {
      flag: '--slo <text>',
      help: 'objective, such as fluidity>=0.9@99% or ttft_p99<=1s; several must all hold',
      repeatable: true,
    },
    { flag: '--preset <name>', help: `published objective: ${presets.kinds.join(', ')}`, repeatable: true },
    {
      flag: '--search <rate|users>',
      help: 'what is turned up: requests per second, or users of a closed loop; with --think these are sessions (rate)',
    },
    { flag: '--low <number>', help: 'lowest load to try; the search starts there (1, then lower if that fails)' },
    { flag: '--high <number>', help: 'highest load to try' },
    { flag: '--confidence <share>', help: 'that the interval holds the capacity (0.95)' },
    { flag: '--tolerance <share>', help: 'width of the interval relative to the load (0.05)' },
    {
      flag: '--decide <sequential|point>',
      help: 'by evidence that is valid at every look, or by one run per load as the literature does (sequential)',
    },
    { flag: '--requests <number>', help: 'of the first look at a load (100); with --decide point of each (300)' },
    { flag: '--budget-time <duration>', help: 'end the search after this much time of load' },
    { flag: '--budget-requests <number>', help: 'end the search after this many requests' },
    { flag: '--budget-tokens <number>', help: 'end the search after this many prompt and answer tokens' },
    {
      flag: '--budget-money <amount>',
      help: 'end the search after this much money, in the currency of the prices, which it needs',
    },
    { flag: '--price-prompt <amount>', help: 'what a million prompt tokens cost (0 if only answers are charged)' },
    { flag: '--price-output <amount>', help: 'what a million answer tokens cost (0 if only prompts are charged)' },
    { flag: '--simulate [engine]', help: 'in virtual time on the simulated engine, with options such as gpu=a100' },
    { flag: '--keep', help: 'with --simulate: keep every look as a run folder' },
    {
      flag: '--resume <folder>',
      help: 'go on with a search that was ended, with a new budget if one is given; what it has observed is not repeated',
    },
    {
      flag: '--rescore <folder>',
      help: 'capacity under other deadlines from stored looks; no new load',
      repeatable: true,
    },
    { flag: '--runs <folder>', help: 'where the folder of the search is made (runs)' },
    {
      flag: '--html <file>',
      help: "file of the page (capacity.html in the search's folder; surface.html with --rescore)",
    },
    jsonFlag,
  ],
  async main([file], flags) {
    const json = flags.json === true;
    if (Array.isArray(flags.rescore)) return rescoreFolders(flags.rescore.map(String), flags, json);
    const resume = typeof flags.resume === 'string' ? flags.resume : undefined;
    const { plan, request } =
      resume === undefined
        ? capacityRequest(flags, (values) => planFromFlags(values, file))
        : { request: resumedRequest(storedRequest(resume), flags, file), plan: loadPlan(`${resume}/plan.json`) };
    const progress = progressFor(json);
    const control = new RunControl();
    const release = obeyInterrupts(control, progress);
    try {
      const outcome = await findCapacity(plan, request, {
        control,
        keep: flags.keep === true,
        runsFolder: typeof flags.runs === 'string' ? flags.runs : 'runs',
        ...(resume !== undefined && { resume }),
        ...(typeof flags.html === 'string' && { html: flags.html }),
        onEvent: (event) => progress.show(event),
        onProgress: ({ load, requests, lower, upper, cost }) =>
          progress.show(
            passingStep(
              `load ${number(load)}: ${count(requests)} requests … ${knownText(lower, upper)}${count(cost.requests)} requests so far`,
            ),
          ),
      });
      progress.end();
      return show(outcome, plan.target, json);
    } finally {
      progress.end();
      release();
    }
  },
};

/** What has been shown so far, where anything has. */
function knownText(lower: number | undefined, upper: number | undefined): string {
  if (lower === undefined && upper === undefined) return '';
  const passes = lower === undefined ? '' : `${number(lower)} passes`;
  const fails = upper === undefined ? '' : `${number(upper)} fails`;
  return `${[passes, fails].filter((text) => text !== '').join(', ')}; `;
}

function show(outcome: CapacityOutcome, { model, url }: Plan['target'], json: boolean): ExitCode {
  const { file, path, folder, pagePath, exitCode } = outcome;
  if (json) {
    const places = { ...(folder !== undefined && { folder }), ...(pagePath !== undefined && { page: pagePath }) };
    console.log(JSON.stringify({ ...places, ...file }, null, 2));
    return exitCode;
  }
  const { engine } = file.request;
  const files: [string, string][] = pagePath === undefined ? [] : [['page', relative('', pagePath) || pagePath]];
  if (path !== undefined && folder !== undefined) {
    const shown = relative('', folder) || folder;
    files.push(['result', relative('', path) || path], ['runs', `${shown}/probes`]);
    files.push(['again', `npx metron capacity --resume ${shown}`], ['other', `npx metron capacity --rescore ${shown}`]);
  }
  const where = engine ? 'simulated in virtual time' : url;
  process.stdout.write(renderCapacity({ ...file, title: `metron capacity · ${model} · ${where}`, files, ...screen() }));
  return exitCode;
}
