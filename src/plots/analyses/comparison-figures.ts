import type { ComparedSystem, CompareResult } from '../../analyses/comparison-result.ts';
import { nanosecondsPerMillisecond } from '../../core/units.ts';
import type { Drawn } from '../figure.ts';
import { chosen, chosenShare, count, number, share } from '../format.ts';
import { strong } from '../words.ts';
import type { Chart, ChartRow, Curve, PlaneChart, Tone } from './chart.ts';
import type { PageFigure } from './document.ts';
import { fromZero } from './ranges.ts';

type Points = Curve['points'];

/** 0.9, not 0.900: somebody chose it. */
const plainShare = (value: number): string => String(Number(value.toPrecision(6)));

interface CurveFigure {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly note: string;
  readonly alt: string;
  readonly head: readonly string[];
  readonly table: readonly (readonly string[])[];
  readonly plane: Omit<PlaneChart, 'kind' | 'curves' | 'marks'>;
  readonly points: (system: ComparedSystem) => Points;
}

/** Two systems in one picture, in their colours; more as small multiples, each before the others in grey. */
function curveFigures(systems: readonly ComparedSystem[], figure: CurveFigure): PageFigure[] {
  const curves = (own?: ComparedSystem): Curve[] => {
    const ordered = own === undefined ? systems : [...systems.filter((each) => each !== own), own];
    return ordered.map((system) => ({
      label: system.name,
      tone: toneOf(system, systems, own),
      step: true,
      ...(own !== undefined && system !== own && { faint: true }),
      points: figure.points(system),
    }));
  };
  const drawn = (title: string, own?: ComparedSystem): Drawn<Chart> => ({
    title,
    subtitle: figure.subtitle,
    note: figure.note,
    alt: figure.alt,
    table: { head: figure.head, rows: figure.table },
    data: { kind: 'plane', ...figure.plane, curves: curves(own), marks: [] },
  });
  if (systems.length <= 2) return [{ id: figure.id, drawn: drawn(figure.title) }];
  return systems.map((system, i) => ({
    id: `${figure.id}-${i}`,
    drawn: drawn(`${system.name}; the others in grey`, system),
  }));
}

function toneOf(system: ComparedSystem, systems: readonly ComparedSystem[], own: ComparedSystem | undefined): Tone {
  if (own !== undefined) return system === own ? 'data' : 'data-2';
  return systems.indexOf(system) === 0 ? 'a' : 'b';
}

const sizes = (systems: readonly ComparedSystem[]): string =>
  systems.map(({ name, requests }) => `${name} n = ${count(requests)}`).join(', ');

/** Above this share the upper end is of no interest: the lower tail gets the room. */
const tail = 0.1;

export function fluidityFigures({ systems, policy }: CompareResult): PageFigure[] {
  const fluidFrom = policy.fluidFrom;
  const points = ({ fluidityCdf }: ComparedSystem): Points => [
    [0, 0],
    ...fluidityCdf.map((value, p): [number, number] => [value, p / 100]),
    [1, 1],
  ];
  const below = (system: ComparedSystem): number =>
    system.fluidityCdf.filter((value) => value < fluidFrom).length / Math.max(1, system.fluidityCdf.length);
  const most = Math.max(...systems.map(below));
  const known = systems.filter(({ fluidityCdf }) => fluidityCdf.length > 0);
  if (known.length === 0) return [nothing('figure-fluidity', 'How fluid the answers are', 'No request was measured.')];
  const percentiles = [0, 1, 5, 10, 25, 50, 75, 100];
  return curveFigures(known, {
    id: 'figure-fluidity',
    title: `Below ${plainShare(fluidFrom)}: ${known.map((system) => `${system.name} ${share(below(system))}`).join(', ')}`,
    subtitle: `Share of requests whose fluidity is at or below each value, from percentiles; fluid from ${plainShare(fluidFrom)}.`,
    note: `${sizes(systems)}. Failed requests count as 0.${most < tail ? ' The share axis shows its lower end.' : ''}`,
    alt: `Cumulative distribution of the fluidity-index of ${known.length} systems.`,
    head: ['Percentile', ...known.map(({ name }) => name)],
    table: percentiles.map((p) => [`P${p}`, ...known.map(({ fluidityCdf }) => number(fluidityCdf[p]))]),
    plane: {
      x: { type: 'linear', from: 0, to: 1, unit: 'number', title: 'Fluidity-index' },
      y: {
        type: 'linear',
        from: 0,
        to: most < tail ? Math.max(0.05, 2 * most) : 1,
        unit: 'share',
        title: 'Share of requests',
      },
      lines: [{ axis: 'x', at: fluidFrom, label: `fluid from ${plainShare(fluidFrom)}` }],
      readFrom: fluidFrom,
    },
    points,
  });
}

/** From where the first requests pass to where nothing changes any more, the own deadline inside. */
function deadlinesShown(systems: readonly ComparedSystem[], own: number): [number, number] {
  const first = systems.map(
    ({ acceptance: { deadline_ms, share: passing } }) => deadline_ms[passing.findIndex((value) => value > 0)],
  );
  const settled = systems.map(({ acceptance: { deadline_ms, share: passing } }) => {
    const last = passing.at(-1) ?? 0;
    return deadline_ms[passing.findIndex((value) => value >= last - 0.002)];
  });
  const known = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined);
  const from = Math.max(0.5, Math.min(own / 2, ...known(first).map((value) => value / 1.5)));
  return [from, Math.max(own * 2, from * 8, ...known(settled).map((value) => value * 1.3))];
}

export function acceptanceFigures({ systems, policy }: CompareResult): PageFigure[] {
  const own = policy.decodeDeadline / nanosecondsPerMillisecond;
  const known = systems.filter(({ acceptance }) => acceptance.deadline_ms.length > 0);
  if (known.length === 0)
    return [nothing('figure-acceptance', 'Which pace the answers keep', 'No request was measured.')];
  const [from, to] = deadlinesShown(known, own);
  const at = ({ acceptance: { deadline_ms, share: passing } }: ComparedSystem, deadline: number): number =>
    passing[deadline_ms.findLastIndex((each) => each <= deadline + 1e-9)] ?? 0;
  const chosenDeadlines = [own / 2, own, own * 2, own * 4];
  return curveFigures(known, {
    id: 'figure-acceptance',
    title: `At ${chosen(own)} per token: ${known.map((system) => `${system.name} ${share(at(system, own))}`).join(', ')}`,
    subtitle: `Share of requests with a fluidity of at least ${plainShare(policy.fluidFrom)} under each decode deadline; the first token is not counted.`,
    note: `${sizes(systems)}. Deadline axis logarithmic.`,
    alt: `Acceptance curves of ${known.length} systems: share of fluid requests by decode deadline.`,
    head: ['Decode deadline', ...known.map(({ name }) => name)],
    table: chosenDeadlines.map((deadline) => [chosen(deadline), ...known.map((system) => share(at(system, deadline)))]),
    plane: {
      x: { type: 'log', from, to, unit: 'number', title: 'Decode deadline per token, ms' },
      y: { type: 'linear', from: 0, to: 1, unit: 'share', title: 'Share of requests that are fluid' },
      lines: [
        { axis: 'y', at: policy.fluidShare, label: `target ${chosenShare(policy.fluidShare)}` },
        { axis: 'x', at: own, label: chosen(own) },
      ],
      readFrom: own,
    },
    points: ({ acceptance: { deadline_ms, share: passing } }) => [
      [from, at({ acceptance: { deadline_ms, share: passing } } as ComparedSystem, from)],
      ...deadline_ms.flatMap((deadline, i): [number, number][] =>
        deadline > from && deadline < to ? [[deadline, passing[i] ?? 0]] : [],
      ),
      [to, passing[deadline_ms.findLastIndex((deadline) => deadline <= to)] ?? 0],
    ],
  });
}

const rateNames = [
  ['by median TPOT', 'tpot'],
  ['by tail gap (P99)', 'tbt'],
  ['fluid', 'fluid'],
] as const;

/** The paper's three ways to state a rate, side by side: the first flatters, the second punishes. */
export function ratesFigure({ systems, policy }: CompareResult): PageFigure {
  const values = systems.flatMap(({ rates }) => rateNames.flatMap(([, key]) => rates[key] ?? []));
  if (values.length === 0)
    return nothing('figure-rates', 'How fast the answers come', 'No rate is known of any of them.');
  const rowOf = ({ name, rates }: ComparedSystem, [label, key]: (typeof rateNames)[number]): ChartRow => {
    const value = rates[key];
    const text = value === undefined ? 'none' : `${number(value)}/s`;
    return {
      label,
      ...(value !== undefined && { value }),
      sign: 'bar',
      tone: key === 'fluid' ? 'data' : 'data-2',
      text,
      words: [`${name}: `, strong(text), ` ${label}`],
    };
  };
  const ranked = systems
    .filter(({ rates }) => rates.fluid !== undefined)
    .sort((a, b) => (b.rates.fluid ?? 0) - (a.rates.fluid ?? 0));
  const [first] = ranked;
  return {
    id: 'figure-rates',
    wide: true,
    drawn: {
      title: first
        ? `${first.name} streams ${number(first.rates.fluid)} tokens/s fluidly${ranked.length > 1 ? ', the most' : ''}`
        : 'No system reaches the fluid rate’s target',
      subtitle: `Tokens per second of one answer, stated three ways. Fluid: the pace that ${chosenShare(policy.fluidShare)} of requests keep.`,
      note: `${sizes(systems)}.`,
      alt: `Rates of ${systems.length} systems by TPOT, by tail gap and fluid.`,
      table: {
        head: ['System', ...rateNames.map(([label]) => label)],
        rows: systems.map(({ name, rates }) => [name, ...rateNames.map(([, key]) => number(rates[key]))]),
      },
      data: {
        kind: 'rows',
        axis: fromZero(values, 'Tokens per second'),
        groups: systems.map((system) => ({ label: system.name, rows: rateNames.map((rate) => rowOf(system, rate)) })),
      },
    },
  };
}

const nothing = (id: string, title: string, empty: string): PageFigure => ({
  id,
  drawn: { title, subtitle: 'Nothing to draw.', empty },
});
