import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { type Gate, type GateResult, parseGate } from '../analyses/comparison-gate.ts';
import type { CompareResult } from '../analyses/comparison-result.ts';
import { statisticOf } from '../analyses/comparison-statistic.ts';
import { planFlags, scorePolicy } from '../config/index.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import { renderComparisonMarkdown } from '../outputs/comparison-markdown.ts';
import { type JunitCase, renderJunit } from '../outputs/junit.ts';
import { renderComparison } from '../outputs/terminal/comparison.ts';
import { compare as compareRuns, writeComparison } from '../run/compare.ts';
import { parseCompareInput } from '../run/compare-inputs.ts';
import { type Measured, measureLive, namedInputs } from './compare-live.ts';
import { screen } from './screen.ts';
import { storedPolicy } from './stored-policy.ts';
import { type Flags, jsonFlag, type Verb } from './verb.ts';

/** Rounds repeat, and the servers are what is compared. */
const decided = /^(target\.url|repeat|strict)$/;

export const compare: Verb = {
  name: 'compare',
  summary: 'runs or servers side by side: differences with intervals, and a gate against regressions',
  arguments: '[systems...]',
  examples: [
    'metron compare runs/before runs/after',
    'metron compare http://a:8000/v1 http://b:8000/v1 --model m --rate 2 --requests 100 --rounds 6',
    'metron compare old=http://a:8000/v1#small new=http://b:8000/v1#large plan.yaml',
    "metron compare runs/before runs/after --fail-on 'fluidity_p01 < -2%' --fail-on 'ttft_p99 > 5%' --junit gate.xml",
    'metron compare runs/a runs/b runs/c --decode-deadline 25ms --json',
  ],
  flags: [
    ...planFlags.filter(({ path }) => !decided.test(path)),
    {
      flag: '--rounds <number>',
      help: 'how often each server has its turn; the load of the plan is that of one turn (6)',
    },
    {
      flag: '--resume <folder>',
      help: 'go on with a comparison of servers that was ended; turns that were had are kept',
    },
    {
      flag: '--fail-on <gate>',
      help: "exit with 1 when the interval of a change lies beyond this, such as 'fluidity_p01 < -2%'",
      repeatable: true,
    },
    { flag: '--strict', help: 'exit with 1 also when a gate cannot decide, with 4 when a measurement is suspect' },
    { flag: '--also <name>', help: 'compare this number too, such as tpot_p90', repeatable: true },
    { flag: '--whole', help: 'compare whole runs even where all have a steady window' },
    {
      flag: '--capacity <folder>',
      help: 'show what this capacity search found beside the comparison',
      repeatable: true,
    },
    { flag: '--runs <folder>', help: 'where the folder of the comparison is made (beside the first run)' },
    { flag: '--force', help: 'compare runs whose workloads differ' },
    { flag: '--junit <file>', help: 'write the gates as JUnit XML' },
    { flag: '--markdown <file>', help: 'write the comparison as Markdown, for a pull request' },
    jsonFlag,
  ],
  async main(positional, flags) {
    const named = namedInputs(positional);
    // What cannot be compared is said before anything is measured.
    const [gates, also] = [listOf(flags.failOn).map(parseGate), listOf(flags.also)];
    for (const id of [...also, ...gates.map(({ statistic }) => statistic)]) statisticOf(id, 1);
    const isLive = named.live.length > 0 || typeof flags.resume === 'string';
    const measured = isLive ? await measureLive(named, flags) : undefined;
    if (measured?.interrupted && !comparable(measured)) {
      console.error(`nothing to compare yet; go on with metron compare --resume ${measured.folder}`);
      return exitCodes.interrupted;
    }
    const inputs = measured ? [measured.folder] : named.texts;
    const [first] = inputs;
    if (first === undefined)
      throw new MetronError('NO_RUN', 'which runs? give at least two folders of runs or servers');
    const result = await compareRuns(inputs, {
      policy: measured ? scorePolicy(measured.plan.score) : storedPolicy(folderOf(first), flags),
      gates,
      also,
      force: flags.force === true,
      window: flags.whole === true ? 'whole' : 'steady',
      ...(Array.isArray(flags.capacity) && { capacities: listOf(flags.capacity) }),
    });
    await show(result, measured, { first, command: commandOf(inputs, gates, flags), flags });
    return exitCodeOf(gatesOf(result), flags.strict === true, measured);
  },
};

/** What makes the page again. */
const commandOf = (inputs: readonly string[], gates: readonly Gate[], { force, whole }: Flags): string =>
  [
    'metron compare',
    ...inputs,
    ...gates.map(({ text }) => `--fail-on '${text}'`),
    ...(force === true ? ['--force'] : []),
    ...(whole === true ? ['--whole'] : []),
  ].join(' ');

/** Whether every server had a turn before the user ended it. */
const comparable = ({ turns, request }: Measured): boolean =>
  request.targets.every(({ name }) => turns.some(({ run, target }) => run !== undefined && target === name));

const folderOf = (text: string): string => {
  const input = parseCompareInput(text);
  return input.kind === 'live' ? '' : input.folder;
};

async function show(
  result: CompareResult,
  measured: Measured | undefined,
  { first, command, flags }: { readonly first: string; readonly command: string; readonly flags: Flags },
): Promise<void> {
  const base = typeof flags.runs === 'string' ? flags.runs : dirname(resolve(folderOf(first)));
  const { folder, page } = await writeComparison(result, base, command, measured?.folder);
  await writeFiles(result, flags);
  if (flags.json === true) {
    console.log(JSON.stringify({ folder, page, ...result }, null, 2));
    return;
  }
  const again = measured ? `again metron compare --resume ${relative('', folder) || folder}\n` : '';
  process.stdout.write(`${renderComparison(result, screen())}\npage  ${relative('', page) || page}\n${again}`);
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const gatesOf = ({ pairs }: CompareResult): GateResult[] => pairs.flatMap(({ gates }) => gates);

function exitCodeOf(gates: readonly GateResult[], strict: boolean, measured: Measured | undefined): ExitCode {
  if (measured && measured.exitCode !== exitCodes.ok) return measured.exitCode;
  const fires = gates.some(({ outcome }) => outcome === 'failed' || (strict && outcome === 'undecided'));
  return fires ? exitCodes.sloFailed : exitCodes.ok;
}

async function writeFiles(result: CompareResult, { junit, markdown, strict }: Flags): Promise<void> {
  if (typeof markdown === 'string') await writeFile(markdown, renderComparisonMarkdown(result));
  if (typeof junit !== 'string') return;
  const undecided = strict === true ? 'failed' : 'skipped';
  const cases = result.pairs.flatMap(({ candidate, gates }) =>
    gates.map(
      ({ gate, outcome, explain }): JunitCase => ({
        suite: candidate,
        name: gate.text,
        outcome: outcome === 'undecided' ? undecided : outcome,
        message: explain,
      }),
    ),
  );
  await writeFile(junit, renderJunit('metron compare', cases));
}
