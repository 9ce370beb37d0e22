import type { Difference, Direction } from '../../src/analyses/comparison.ts';
import { parseGate } from '../../src/analyses/comparison-gate.ts';
import type { CompareResult } from '../../src/analyses/comparison-result.ts';
import { standardStatistics, statisticOf } from '../../src/analyses/comparison-statistic.ts';
import { prefillProfile } from '../../src/analyses/prefill-profile.ts';
import { paretoFront } from '../../src/analyses/sweep-pareto.ts';
import type { RequestRecord } from '../../src/core/record.ts';
import { milliseconds } from '../../src/core/units.ts';
import { defaultPolicy } from '../../src/metrics/index.ts';
import { type CapacityPageInput, capacityPage } from '../../src/plots/analyses/capacity-page.ts';
import { comparisonPage } from '../../src/plots/analyses/comparison-page.ts';
import type { AnalysisPage } from '../../src/plots/analyses/document.ts';
import { profilePage } from '../../src/plots/analyses/profile-page.ts';
import { surfacePage } from '../../src/plots/analyses/surface-page.ts';
import { sweepPage } from '../../src/plots/analyses/sweep-page.ts';

/** Analyses made in code: always the same, each the extreme of one kind. */

const tried = (load: number, good: number, requests: number): CapacityPageInput['tried'][number] => ({
  load,
  verdict: good >= 0.993 ? 'passes' : good < 0.985 ? 'fails' : 'undecided',
  requests,
  shares: [good, 1],
  backlog: load > 40 ? 'growing' : 'steady',
  runs: [],
  windows: [],
  point: {
    completed_per_s: Math.min(load, 36),
    outputTokens_per_s: 128 * Math.min(load, 36),
    ttftP50_ms: 40 + load,
    ttftP99_ms: 90 + load ** 1.9,
    tpotP50_ms: 8 + load / 2,
  },
});

const found: CapacityPageInput = {
  request: { slo: ['fluidity>=0.9@99%'], presets: [] },
  conditions: ['fluidity>=0.9 @ 99%', 'error_rate<=0.01'],
  reason: 'found',
  unit: 'requests/s',
  confidence: 0.95,
  relevantLowerBound: 30.2,
  relevantUpperBound: 31.7,
  estimate: 31.1,
  bindingCondition: 'fluidity>=0.9 @ 99%',
  edge: 'smooth',
  points: { knee: 24, saturation: 43 },
  tried: [
    tried(1, 1, 160),
    tried(8, 1, 150),
    tried(16, 1, 180),
    tried(24, 0.999, 420),
    tried(30.2, 0.9965, 4100),
    tried(31, 0.991, 5200),
    tried(31.7, 0.982, 2300),
    tried(36, 0.91, 400),
    tried(43, 0.3, 240),
    tried(64, 0, 180),
  ],
  cost: { requests: 13_330, seconds: 512, tokens: 5_420_000 },
};

const origin = { name: 'chat-8b', where: 'http://10.0.4.21:8000/v1', command: 'metron capacity --resume runs/x' };

const surface = (folder: string, scale: number, slope: number) => ({
  folder,
  cells: [15, 25, 50, 100].flatMap((decodeDeadline_ms) =>
    [100, 300, 1000].map((firstToken_ms) => ({
      decodeDeadline_ms,
      firstToken_ms,
      ...(decodeDeadline_ms === 100 && firstToken_ms === 1000
        ? { lower: 40 }
        : { estimate: scale * decodeDeadline_ms ** slope * (1 + firstToken_ms / 3000) }),
    })),
  ),
});

const system = (name: string, pace: number): CompareResult['systems'][number] => ({
  name,
  folder: `runs/2026-03-12T14-02-00Z_${name.slice(2)}`,
  requests: 1000,
  rates: { tpot: 1000 / pace, tbt: 300 / pace, ...(pace < 30 && { fluid: 600 / pace }) },
  fluidityCdf: Array.from({ length: 101 }, (_, p) => Math.min(1, (p / 100) ** (pace / 200) * (p < 3 ? 0.5 : 1))),
  acceptance: {
    deadline_ms: [5, 8, 12, 18, 25, 35, 50, 80, 120, 400],
    share: [5, 8, 12, 18, 25, 35, 50, 80, 120, 400].map((deadline) =>
      Math.min(1, Math.max(0, (deadline / pace) * 0.7 - 0.3)),
    ),
  },
});

const difference = (id: string, i: number, sure: boolean): Difference => {
  const statistic = statisticOf(id, 0.99);
  const change = (i % 3 === 0 ? 1 : -1) * 0.012 * i * (sure ? 1 : 0.1);
  const half = id.endsWith('p99') ? 0.4 : 0.01 + 0.004 * i;
  const clear = Math.abs(change) > half;
  const direction: Direction = !clear
    ? 'no clear difference'
    : change > 0 === (statistic.better === 'higher')
      ? 'better'
      : 'worse';
  if (id === 'fluid_rate') return { statistic, direction: 'cannot tell', n: 1000 };
  return {
    statistic,
    baseline: 0.5 + i,
    candidate: (0.5 + i) * (1 + change),
    change,
    low: change - half,
    high: change + half,
    p: clear ? 0.001 : 0.4,
    adjustedP: clear ? 0.01 : 1,
    detectable: half * 1.4,
    direction,
    n: 1000,
  };
};

function comparison(names: readonly string[], sure = true): CompareResult {
  const gate = parseGate('ttft_p50 > 5%');
  return {
    schema: 'metron.comparison/1',
    window: 'steady',
    confidence: 0.95,
    correction: 'holm',
    policy: defaultPolicy,
    systems: names.map((name, i) => system(name, 14 + 9 * i)),
    pairs: names.slice(1).map((candidate) => ({
      candidate,
      paired: sure,
      differing: sure
        ? []
        : [
            { kind: 'workload', key: 'load.arrivals.rate', baseline: '4', candidate: '6', forbids: true },
            { kind: 'system', key: 'disclosure.engine', baseline: '<b>one</b>', candidate: 'other', forbids: false },
          ],
      warnings: sure ? [] : ['the measurement of B after is suspect: it was cut'],
      differences: standardStatistics.map((id, i) => difference(id, i, sure)),
      gates: sure
        ? [{ gate, outcome: 'failed', explain: 'the change lies between 6.1 % and 9.2 %: beyond 5.00 %' }]
        : [],
    })),
  };
}

/** One round of a live comparison; in every other one the last server comes first. */
function roundOf(round: number, names: readonly string[]): NonNullable<CompareResult['turns']> {
  const order = round % 2 === 0 ? names : [...names].reverse();
  return order.map((system, place) => {
    const pace = 8 + 3 * names.indexOf(system) + round / 5;
    return {
      round,
      system,
      startedAt: new Date(Date.UTC(2026, 2, 12, 14, round * 2 + place)).toISOString(),
      seconds: 50,
      requests: 100,
      verdict: round === 2 ? 'suspect' : 'valid',
      values: {
        fluidShare: { value: 0.99, low: 0.94, high: 1 },
        ttftP50_ms: { value: 20 * pace, low: 19 * pace, high: 22 * pace },
        ...(round !== 3 && { tpotP50_ms: { value: pace } }),
      },
    };
  });
}

function sweep(rates: readonly number[], inputs: readonly number[] = [512]) {
  const cells = inputs.flatMap((input) =>
    rates.map((rate, i) => ({
      settings: { 'load.arrivals.rate': rate, ...(inputs.length > 1 && { 'workload.prompt.tokens': input }) },
      run: `cells/${rate}`,
      verdict: i === 2 ? 'suspect' : 'valid',
      point: {
        offered_per_s: rate,
        completed_per_s: Math.min(rate, 20),
        outputTokens_per_s: 128 * Math.min(rate, 20),
        ttftP50_ms: 30 + rate + input / 50,
        ttftP99_ms: 60 + rate ** 2 + input / 10,
        tpotP50_ms: 8 + rate + input / 500,
      },
      fluidShare: Math.max(0, 1 - rate / 40),
      errorRate: 0,
    })),
  );
  const points = cells.map(({ point }, cell) => ({
    cell,
    interactivity: 1000 / point.tpotP50_ms,
    throughput: point.outputTokens_per_s,
  }));
  const axes = Object.keys(cells[0]?.settings ?? { 'load.arrivals.rate': 1 }).map((path) => ({ path }));
  return { axes, cells, pareto: paretoFront(points) };
}

/** Isolated prompts of these lengths on a target that takes `time` milliseconds. */
function profile(lengths: readonly number[], time: (tokens: number, turn: number) => number) {
  const records = lengths.flatMap((tokens, i) =>
    [0, 1, 2, 3].map((turn): RequestRecord => {
      const id = i * 4 + turn;
      const sentAt = milliseconds(id * 10_000);
      const at = milliseconds(id * 10_000 + time(tokens, turn));
      return {
        id,
        phase: 'measure',
        scheduledAt: sentAt,
        sentAt,
        endedAt: at,
        prompt: { asked: tokens, reported: tokens },
        output: { asked: 4, total: 1, totalSource: 'usage', chunkSource: 'usage' },
        chunks: { at: [at], tokens: [1], kind: [0], bytes: [100], read: [0] },
        outcome: { status: 'completed', finishReason: 'stop' },
      };
    }),
  );
  const found = prefillProfile(records);
  if (!found) throw new Error('too few lengths');
  return profilePage(found, {
    name: 'llama-3.1-8b',
    where: 'http://10.0.4.21:8000/v1',
    verdict: 'valid',
    reasons: [],
    unmeasured: [16_384],
    curveFile: 'prefill-curve.json',
  });
}

/** By name; made when asked for. */
export const analyses = {
  capacity: () => capacityPage(found, origin),
  capacityOfNothing: () =>
    capacityPage(
      {
        ...without(found),
        reason: 'nothing-passes',
        relevantUpperBound: 0.1,
        points: {},
        tried: [tried(0.1, 0.2, 120), tried(1, 0, 110)],
      },
      origin,
    ),
  capacityOfClient: () =>
    capacityPage(
      {
        ...without(found),
        reason: 'client-limit',
        relevantLowerBound: 24,
        client: { load: 48, reason: '</script><script>alert(1)</script> 31% of sends were late' },
        points: { best: 24 } as CapacityPageInput['points'],
        tried: found.tried.slice(0, 4),
      },
      origin,
    ),
  capacityUnjudged: () => capacityPage({ ...without(found), reason: 'interrupted', points: {}, tried: [] }, origin),
  comparison: () => comparisonPage(comparison(['A before', 'B after']), 'metron compare runs/a runs/b'),
  comparisonUnclear: () => comparisonPage(comparison(['A before', 'B after'], false), 'metron compare runs/a runs/b'),
  comparisonOfFour: () =>
    comparisonPage(
      {
        ...comparison(['A vllm', 'B sglang', 'C tensorrt', 'D with a very long name of its own']),
        capacities: [
          {
            name: 'vllm-capacity',
            objective: 'fluidity>=0.9 @ 99%',
            unit: 'requests/s',
            lower: 3,
            upper: 3.4,
            estimate: 3.2,
          },
          {
            name: 'sglang-capacity',
            objective: 'fluidity>=0.9 @ 99%',
            unit: 'requests/s',
            lower: 4,
            upper: 4.1,
            estimate: 4.05,
          },
          { name: 'vllm-tbt-capacity', objective: 'tbt_p99<=50ms', unit: 'requests/s', upper: 0.4 },
        ],
      },
      'metron compare runs/a runs/b runs/c runs/d',
    ),
  comparisonInTurns: () => {
    const names = ['A before', 'B after'];
    return comparisonPage(
      { ...comparison(names), turns: [1, 2, 3, 4, 5, 6].flatMap((round) => roundOf(round, names)) },
      'metron compare runs/x',
    );
  },
  comparisonOfNothing: () => {
    const { systems, pairs, ...rest } = comparison(['A before', 'B after'], false);
    return comparisonPage(
      {
        ...rest,
        systems: systems.map((each) => ({
          ...each,
          requests: 0,
          rates: {},
          fluidityCdf: [],
          acceptance: { deadline_ms: [], share: [] },
        })),
        pairs: pairs.map((pair) => ({
          ...pair,
          differences: pair.differences.map(({ statistic }) => ({
            statistic,
            direction: 'cannot tell' as const,
            n: 0,
          })),
        })),
      },
      'metron compare runs/a runs/b',
    );
  },
  sweep: () => sweepPage(sweep([1, 2, 4, 8, 16, 24]), 'chat-8b', 'metron sweep --resume runs/s'),
  sweepOfTwo: () => sweepPage(sweep([1, 2, 4, 8, 16, 24], [512, 2048]), 'chat-8b', 'metron sweep --resume runs/s'),
  sweepOfOne: () => sweepPage(sweep([4]), 'chat-8b', 'metron sweep --resume runs/s'),
  sweepThatFailed: () =>
    sweepPage(
      {
        ...sweep([1, 2, 4]),
        failed: [{ settings: { 'load.arrivals.rate': 8 }, reason: 'nothing listens at http://127.0.0.1:9/v1' }],
        open: [{ 'load.arrivals.rate': 16 }],
      },
      'chat-8b',
      'metron sweep --resume runs/s',
    ),
  sweepOfNothing: () => sweepPage({ ...sweep([]), cells: [], pareto: [] }, 'chat-8b', 'metron sweep --resume runs/s'),
  profile: () =>
    profile([32, 64, 128, 256, 512, 1024, 2048, 4096, 8192], (tokens, turn) =>
      turn === 3 && tokens === 512
        ? 400
        : (12 + 0.05 * tokens + 1e-6 * tokens ** 2) * (1 + 0.004 * turn) * (tokens > 3000 ? 1.09 : 1),
    ),
  profileOfThree: () => profile([64, 256, 1024], (tokens) => 20 + 0.1 * tokens),
  surface: () =>
    surfacePage(
      { objective: ['fluidity>=0.9 @ 99%'], unit: 'requests/s', surfaces: [surface('a-capacity', 2, 0.5)], flips: [] },
      'metron capacity --rescore runs/a-capacity',
    ),
  surfaceThatTurns: () =>
    surfacePage(
      {
        objective: ['fluidity>=0.9 @ 99%'],
        unit: 'requests/s',
        surfaces: [surface('a-capacity', 2, 0.5), surface('b-capacity', 0.6, 0.9)],
        flips: [{ decodeDeadline_ms: 50, firstToken_ms: 300, ahead: 'b-capacity', behind: 'a-capacity', sure: true }],
      },
      'metron capacity --rescore runs/a-capacity --rescore runs/b-capacity',
    ),
} satisfies Record<string, () => AnalysisPage>;

export type AnalysisName = keyof typeof analyses;

/** Of a search that found nothing. */
function without(input: CapacityPageInput): CapacityPageInput {
  const {
    relevantLowerBound: _lower,
    relevantUpperBound: _upper,
    estimate: _estimate,
    bindingCondition: _binding,
    edge: _edge,
    ...rest
  } = input;
  return rest;
}
