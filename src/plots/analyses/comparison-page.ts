import type { Difference } from '../../analyses/comparison.ts';
import type { GateResult } from '../../analyses/comparison-gate.ts';
import type { ComparedPair, CompareResult } from '../../analyses/comparison-result.ts';
import { nanosecondsPerMillisecond } from '../../core/units.ts';
import { chosen, plural } from '../format.ts';
import { lowerFirst, sentence, strong, type Words } from '../words.ts';
import { capacityVerdictText } from './capacity-verdict.ts';
import { capacityRemarks, capacitySection } from './comparison-capacities.ts';
import { changeText, differencesFigure, differencesTable, intervalText, pairTitle } from './comparison-differences.ts';
import { acceptanceFigures, fluidityFigures, ratesFigure } from './comparison-figures.ts';
import { roundsSection } from './comparison-rounds.ts';
import type { AnalysisPage, PageSection, PageTable } from './document.ts';

/** Any number of systems side by side: what differs, how fluid each is, and whether they may be compared. */
export function comparisonPage(input: CompareResult, command: string): AnalysisPage {
  const { systems, pairs, capacities = [], capacityPairs = [], failed = [] } = input;
  const baseline = systems[0]?.name ?? 'A';
  const carried = capacityPairs.map(
    (pair): Words => [`${pair.baseline.objective}: `, strong(capacityVerdictText(pair)), '.'],
  );
  return {
    schema: 'metron.analysis-page/1',
    eyebrow: eyebrowOf(input),
    name: [...new Set([...systems, ...(systems.length > 0 ? [] : capacities)].map(({ name }) => name))].join(', '),
    status: failed.length > 0 ? { state: 'bad', label: 'A server could not be measured' } : status(input),
    remarks: [
      ...failed.map(({ name, round, reason }) => `${name} could not be measured in round ${round}: ${reason}`),
      ...(pairs.length > 0 ? remarks(pairs) : []),
      ...capacityRemarks(input),
    ],
    answer: pairs.length > 0 ? answerOf(pairs, baseline) : capacityAnswer(input),
    why: [
      ...pairs.flatMap((pair) => largest(pair, pairs.length > 1 ? 1 : 2)),
      ...(pairs.length === 0 && carried.length === 1 ? [] : carried),
    ].slice(0, mostTold),
    headline: [],
    sections: [
      ...(pairs.length > 0 ? pictures(input) : []),
      ...roundsSection(input),
      ...(capacities.length > 0 ? [capacitySection(input)] : []),
      ...(pairs.length > 0 ? [numbersSection(input)] : []),
      ...(systems.length > 0 ? [runsSection(input)] : []),
    ],
    source: { file: 'comparison.json', command },
  };
}

function eyebrowOf({ systems, window, policy, capacities = [] }: CompareResult): string[] {
  const objectives = new Set(capacities.map(({ objective }) => objective)).size;
  if (systems.length === 0) {
    return ['Comparison', plural(capacities.length, 'search', 'searches'), plural(objectives, 'objective')];
  }
  return [
    'Comparison',
    plural(systems.length, 'system'),
    window === 'steady' ? 'steady windows' : 'whole runs',
    `decode deadline ${chosen(policy.decodeDeadline / nanosecondsPerMillisecond)}`,
  ];
}

function pictures(input: CompareResult): PageSection[] {
  return [
    {
      id: 'differences',
      short: 'Differences',
      title: 'What differs',
      figures: input.pairs.map((pair, i) => ({
        id: `figure-differences-${i}`,
        wide: true,
        drawn: differencesFigure(pair, input),
      })),
    },
    {
      id: 'fluidity',
      short: 'Fluidity',
      title: 'How fluid the answers are',
      figures: [...fluidityFigures(input), ...acceptanceFigures(input)],
    },
    { id: 'rates', short: 'Rates', title: 'Three ways to state a rate', figures: [ratesFigure(input)] },
  ];
}

const numbersSection = ({ systems, pairs }: CompareResult): PageSection => ({
  id: 'numbers',
  short: 'Numbers',
  title: 'All numbers',
  tables: pairs.map((pair) => differencesTable(pair, systems[0]?.name ?? 'A')),
});

/** Of capacities alone. */
function capacityAnswer({ capacityPairs = [], capacities = [] }: CompareResult): string {
  const [only] = capacityPairs;
  if (!only) return `${plural(capacities.length, 'search', 'searches')} under different objectives: none carries more.`;
  if (capacityPairs.length === 1) return `${capacityVerdictText(only)}.`;
  const told = capacityPairs.map(({ baseline, candidate, verdict }) => {
    if (verdict !== 'more' && verdict !== 'less') return `${baseline.name} or ${candidate.name}, not clear`;
    return verdict === 'more' ? candidate.name : baseline.name;
  });
  const [first] = told;
  return told.every((name) => name === first) && !first?.includes(',')
    ? `${first} carries more under every objective.`
    : `Carries more, by objective: ${told.join('; ')}.`;
}

function status({ pairs, capacityPairs = [], capacityNotes = [] }: CompareResult): AnalysisPage['status'] {
  const all = [...pairs, ...capacityPairs];
  const gates = pairs.flatMap((pair) => pair.gates);
  const of = (outcome: GateResult['outcome']): number => gates.filter((gate) => gate.outcome === outcome).length;
  if (of('failed') > 0) return { state: 'bad', label: `${plural(of('failed'), 'gate')} failed` };
  if (of('undecided') > 0) return { state: 'warn', label: `${plural(of('undecided'), 'gate')} undecided` };
  if (all.some(({ differing }) => differing.some(({ forbids }) => forbids)))
    return { state: 'warn', label: 'Workloads differ' };
  if (capacityNotes.length > 0 || all.some(({ warnings }) => warnings.length > 0))
    return { state: 'warn', label: 'Compared with warnings' };
  return { state: 'ok', label: gates.length > 0 ? `${plural(gates.length, 'gate')} passed` : 'Comparable' };
}

function remarks(pairs: readonly ComparedPair[]): string[] {
  const gates = pairs.flatMap((pair) =>
    pair.gates.map(({ gate, outcome, explain }) => `${outcome}: ${gate.text}; ${explain}`),
  );
  const workloads = pairs.flatMap(({ candidate, differing }) => {
    const keys = differing.filter(({ forbids }) => forbids).map(({ key }) => key);
    return keys.length === 0
      ? []
      : [`the workload of ${candidate} differs (${keys.join(', ')}): a difference says little about the systems`];
  });
  const warnings = [...new Set(pairs.flatMap((pair) => pair.warnings))];
  const paired = pairs[0]?.paired === true;
  return [
    ...gates,
    ...workloads,
    ...warnings,
    paired
      ? 'paired: all runs sent the same requests at the same times'
      : 'unpaired: in brackets stands the smallest change that four of five such comparisons would find',
  ];
}

function answerOf(pairs: readonly ComparedPair[], baseline: string): string {
  const [only] = pairs;
  if (only && pairs.length === 1) return `${pairTitle(only, baseline)}.`;
  const told = pairs.map(({ candidate, differences }) => {
    const of = (wanted: Difference['direction']): number =>
      differences.filter(({ direction }) => direction === wanted).length;
    return of('better') + of('worse') === 0
      ? `${candidate} no clear difference`
      : `${candidate} better in ${of('better')}, worse in ${of('worse')}`;
  });
  return `Against ${baseline}: ${told.join('; ')}.`;
}

const mostTold = 3;

/** The surest differences of a pair. */
function largest({ differences, candidate }: ComparedPair, most: number): Words[] {
  const clear = differences.filter(({ direction }) => direction === 'better' || direction === 'worse');
  const strength = ({ change = 0, low = 0, high = 0 }: Difference): number =>
    Math.abs(change) / Math.max(1e-9, high - low);
  const told = [...clear].sort((a, b) => strength(b) - strength(a)).slice(0, most);
  return told.map((difference) => [
    `${candidate}: ${lowerFirst(difference.statistic.label)} `,
    strong(changeText(difference, difference.change)),
    ` (${intervalText(difference, true)}), ${difference.direction}.`,
  ]);
}

function runsSection({ systems, pairs }: CompareResult): PageSection {
  const differing: PageTable[] = pairs
    .filter((pair) => pair.differing.length > 0)
    .map(({ candidate, differing: keys }) => ({
      name: `What differs between the runs of ${systems[0]?.name} and ${candidate}`,
      words: 4,
      head: ['Setting', 'Kind', systems[0]?.name ?? 'A', candidate],
      rows: keys.map(({ key, kind, baseline, candidate: other, forbids }) => [
        key,
        forbids ? `${kind}, forbids` : kind,
        baseline,
        other,
      ]),
    }));
  return {
    id: 'runs',
    short: 'Runs',
    title: 'What was compared',
    lead: sentence(
      differing.length === 0
        ? 'the runs do not differ in any setting that was recorded'
        : '“forbids” marks what must be the same for a difference to say something about the systems',
    ),
    tables: [
      {
        name: 'Runs',
        words: 2,
        head: ['System', 'Folder', 'Requests'],
        rows: systems.map(({ name, folder, requests }) => [name, folder, String(requests)]),
      },
      ...differing,
    ],
  };
}
