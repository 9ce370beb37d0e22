import { writeFile } from 'node:fs/promises';
import { type GateResult, parseGate } from '../analyses/comparison-gate.ts';
import { scoreFlags } from '../config/index.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import { renderComparisonMarkdown } from '../outputs/comparison-markdown.ts';
import { type JunitCase, renderJunit } from '../outputs/junit.ts';
import { renderComparison } from '../outputs/terminal/comparison.ts';
import { type CompareResult, compare as compareRuns } from '../run/compare.ts';
import { screen } from './screen.ts';
import { storedPolicy } from './stored-policy.ts';
import { type Flags, jsonFlag, type Verb } from './verb.ts';

export const compare: Verb = {
  name: 'compare',
  summary: 'runs side by side: differences with intervals, and a gate against regressions',
  arguments: '<runs...>',
  examples: [
    'metron compare runs/before runs/after',
    "metron compare runs/before runs/after --fail-on 'fluidity_p01 < -2%' --fail-on 'ttft_p99 > 5%' --junit gate.xml",
    'metron compare runs/a runs/b runs/c --decode-deadline 25ms --json',
  ],
  flags: [
    ...scoreFlags,
    {
      flag: '--fail-on <gate>',
      help: "exit with 1 when the interval of a change lies beyond this, such as 'fluidity_p01 < -2%'",
      repeatable: true,
    },
    { flag: '--strict', help: 'exit with 1 also when a gate cannot decide' },
    { flag: '--also <name>', help: 'compare this number too, such as tpot_p90', repeatable: true },
    { flag: '--whole', help: 'compare whole runs even where all have a steady window' },
    { flag: '--force', help: 'compare runs whose workloads differ' },
    { flag: '--junit <file>', help: 'write the gates as JUnit XML' },
    { flag: '--markdown <file>', help: 'write the comparison as Markdown, for a pull request' },
    jsonFlag,
  ],
  async main(folders, flags) {
    const [first] = folders;
    if (first === undefined) throw new MetronError('NO_RUN', 'which runs? give at least two folders of runs');
    const result = await compareRuns(folders, {
      policy: storedPolicy(first, flags),
      gates: listOf(flags.failOn).map(parseGate),
      also: listOf(flags.also),
      force: flags.force === true,
      window: flags.whole === true ? 'whole' : 'steady',
    });
    await writeFiles(result, flags);
    if (flags.json === true) console.log(JSON.stringify(result, null, 2));
    else process.stdout.write(renderComparison(result, screen()));
    return exitCodeOf(gatesOf(result), flags.strict === true);
  },
};

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const gatesOf = ({ pairs }: CompareResult): GateResult[] => pairs.flatMap(({ gates }) => gates);

function exitCodeOf(gates: readonly GateResult[], strict: boolean): ExitCode {
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
