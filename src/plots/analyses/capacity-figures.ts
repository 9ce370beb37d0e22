import type { FoundCapacity, FoundLoad } from '../../analyses/capacity-found.ts';
import { shareInterval } from '../../metrics/index.ts';
import type { Drawn } from '../figure.ts';
import { chosenShare, count, duration, interval, number, share } from '../format.ts';
import { sentence, strong, type Words } from '../words.ts';
import { capacitySentence, loadText } from './capacity-answer.ts';
import type { Chart, ChartAxis, Mark, PlaneChart, Sign, Tone } from './chart.ts';
import { fromZero, logAxis, shareAxis } from './ranges.ts';

/** The condition a picture shows: that which fails first, else the one that came nearest to failing. */
export interface ShownCondition {
  readonly index: number;
  readonly text: string;
  /** Share of units that must be good. */
  readonly required: number;
}

const signs: Readonly<Record<FoundLoad['verdict'], readonly [Sign, Tone]>> = {
  passes: ['dot', 'met'],
  fails: ['cross', 'miss'],
  undecided: ['ring', 'data-2'],
};

/** How much of the objective each load met. */
export function passingFigure(found: FoundCapacity, shown: ShownCondition, near = false): Drawn<Chart> {
  const { unit } = found;
  const rows = near ? nearAnswer(found) : found.tried;
  const marks = [...rows.flatMap((row) => markOf(row, shown, unit)), ...(near ? [] : limitMark(found))];
  const subtitle = `Share of what must hold (${shown.text}) at ${near ? 'the loads around the answer' : 'every load that was tried'}. Dot: passes, cross: fails, ring: undecided${marks.some(({ sign }) => sign === 'triangle') ? ', triangle: no judgement' : ''}.`;
  const title = near ? nearTitle(found, shown) : boundsTitle(found);
  if (marks.length === 0) return { title, subtitle, empty: 'No load was judged.' };
  return {
    title,
    subtitle,
    note: `n = ${count(rows.reduce((sum, { requests }) => sum + requests, 0))} requests at ${count(rows.length)} loads. Bars: 95%, exact binomial, as if requests were independent; the search itself allows for their dependence. Load axis logarithmic.`,
    alt: `${capacitySentence(found)}. ${rows.map((row) => `${loadText(row.load, unit)} ${row.verdict}`).join(', ')}.`,
    table: triedTable(rows, shown, unit),
    data: {
      kind: 'plane',
      x: logAxis([...marks.map(({ x }) => x), ...bounds(found)], `Load, ${unit}`),
      y: shareAxis([...marks.map(({ low, y }) => low ?? y), shown.required], 'Share that passes'),
      curves: [],
      marks,
      ...spanOf(found),
      lines: [
        { axis: 'y', at: shown.required, label: `objective ${chosenShare(shown.required)}` },
        ...named(found, near),
      ],
    },
  };
}

const bounds = ({ relevantLowerBound, relevantUpperBound }: FoundCapacity): number[] =>
  [relevantLowerBound, relevantUpperBound].filter((each) => each !== undefined);

/** Within a quarter of the answer: where the decision was made. */
export function nearAnswer(found: FoundCapacity): readonly FoundLoad[] {
  const edges = bounds(found);
  if (edges.length === 0) return [];
  const [from, to] = [Math.min(...edges) / 1.25, Math.max(...edges) * 1.25];
  return found.tried.filter(({ load, backlog }) => load >= from && load <= to && backlog !== 'growing');
}

function boundsTitle({ relevantLowerBound: lower, relevantUpperBound: upper, unit }: FoundCapacity): string {
  if (lower === undefined && upper === undefined) return 'No load was shown to pass, none to fail';
  if (lower === undefined) return `Shown to fail from ${loadText(upper, unit)}; no load was shown to pass`;
  if (upper === undefined) return `Shown to pass up to ${loadText(lower, unit)}; no load was shown to fail`;
  return `Shown to pass up to ${loadText(lower, unit)}, to fail from ${loadText(upper, unit)}`;
}

function nearTitle(
  { relevantLowerBound, relevantUpperBound, unit, tried }: FoundCapacity,
  shown: ShownCondition,
): string {
  const at = (load: number | undefined): string | undefined => {
    const row = tried.find((each) => each.load === load);
    const value = row?.shares[shown.index];
    return load === undefined || value === undefined ? undefined : `${share(value)} at ${loadText(load, unit)}`;
  };
  const parts = [at(relevantLowerBound), at(relevantUpperBound)].filter((each) => each !== undefined);
  return parts.length === 0 ? 'Around the answer' : `Around the answer: ${parts.join(', ')}`;
}

function spanOf({ relevantLowerBound: from, relevantUpperBound: to }: FoundCapacity): Pick<PlaneChart, 'span'> {
  return from === undefined || to === undefined || from >= to
    ? {}
    : { span: { from, to, label: interval(from, to, '') } };
}

function named({ points: { knee, saturation } }: FoundCapacity, near: boolean): PlaneChart['lines'] {
  if (near) return [];
  return [
    ...(knee === undefined ? [] : [{ axis: 'x' as const, at: knee, label: 'knee' }]),
    ...(saturation === undefined ? [] : [{ axis: 'x' as const, at: saturation, label: 'saturation' }]),
  ];
}

function markOf(row: FoundLoad, { index }: ShownCondition, unit: string): Mark[] {
  const value = row.shares[index];
  if (value === undefined) return [];
  const n = Math.max(1, Math.round(row.requests));
  const spread = shareInterval(Math.round(value * n), n, 0.95);
  const [sign, tone] = signs[row.verdict];
  return [
    {
      x: row.load,
      y: value,
      ...(spread && { low: spread.low, high: spread.high }),
      sign,
      tone,
      words: wordsOf(row, value, unit),
    },
  ];
}

const wordsOf = ({ load, verdict, requests, backlog, point }: FoundLoad, value: number, unit: string): Words => [
  strong(loadText(load, unit)),
  ` ${verdict === 'undecided' ? 'is undecided' : verdict}: ${share(value)} of ${count(requests)} requests${backlog === 'growing' ? '; the backlog grows without bound' : ''}${
    point?.ttftP99_ms === undefined ? '' : `; first token P99 ${duration(point.ttftP99_ms)}`
  }`,
];

/** Where the client was the limit, nothing is known of the target. */
function limitMark({ client, unit }: FoundCapacity): Mark[] {
  if (!client) return [];
  return [
    {
      x: client.load,
      y: 0,
      sign: 'triangle',
      tone: 'warn',
      label: 'the client’s limit',
      words: [strong(loadText(client.load, unit)), ` says nothing of the target: ${client.reason}`],
    },
  ];
}

function triedTable(rows: readonly FoundLoad[], { index }: ShownCondition, unit: string) {
  return {
    head: [`Load, ${unit}`, 'Verdict', 'Requests', 'Share that passes', '95% interval'],
    rows: rows.map(({ load, verdict, requests, shares }) => {
      const value = shares[index];
      const n = Math.max(1, Math.round(requests));
      const spread = value === undefined ? undefined : shareInterval(Math.round(value * n), n, 0.95);
      return [number(load), verdict, count(requests), share(value), interval(spread?.low, spread?.high, 'share')];
    }),
  };
}

type Measured = keyof NonNullable<FoundLoad['point']>;

interface CurveOf {
  readonly key: Measured;
  readonly label: string;
  readonly tone: Tone;
}

/** Latency as load grows. */
export function latencyFigure(found: FoundCapacity): Drawn<Chart> {
  const curves: CurveOf[] = [
    { key: 'ttftP99_ms', label: 'first token P99', tone: 'data' },
    { key: 'ttftP50_ms', label: 'first token P50', tone: 'data-2' },
    { key: 'tpotP50_ms', label: 'time per token P50', tone: 'data' },
  ];
  const { knee } = found.points;
  const title =
    knee === undefined
      ? 'The tail of the first token stays within twice its least'
      : `From ${loadText(knee, found.unit)} the tail of the first token is above twice its least`;
  return overLoad(found, curves, { title, axis: (values) => logAxis(values, 'Time, ms'), log: true });
}

/** Throughput as load grows. */
export function throughputFigure(found: FoundCapacity): Drawn<Chart> {
  const { saturation } = found.points;
  const title =
    saturation === undefined
      ? 'What arrives is completed at every load that was tried'
      : `From ${loadText(saturation, found.unit)} more arrives than is completed`;
  const curves: CurveOf[] = [{ key: 'outputTokens_per_s', label: 'output tokens/s', tone: 'data' }];
  return overLoad(found, curves, { title, axis: (values) => fromZero(values, 'Output tokens per second'), log: false });
}

function overLoad(
  found: FoundCapacity,
  curves: readonly CurveOf[],
  {
    title,
    axis,
    log,
  }: { readonly title: string; readonly axis: (values: readonly number[]) => ChartAxis; readonly log: boolean },
): Drawn<Chart> {
  const { unit, tried } = found;
  const ascending = [...tried].sort((a, b) => a.load - b.load);
  const of = (key: Measured) =>
    ascending.flatMap(({ load, point }): [number, number][] =>
      point?.[key] === undefined ? [] : [[load, point[key]]],
    );
  const drawn = curves.map((curve) => ({ ...curve, points: of(curve.key) })).filter(({ points }) => points.length > 0);
  const subtitle = sentence(
    `${drawn.map(({ label }) => label).join(', ') || 'measured values'} of the longest look at each load`,
  );
  const places = drawn.flatMap(({ points }) => points);
  if (places.length === 0) return { title: 'How the target ran', subtitle, empty: 'No load was measured.' };
  const show = (key: Measured, value: number | undefined): string =>
    key.endsWith('_ms') ? duration(value) : number(value);
  return {
    title,
    subtitle,
    note: `${count(ascending.length)} loads. Load axis logarithmic${log ? ', time axis too' : ''}.`,
    alt: `${title}. ${count(places.length)} values over ${count(ascending.length)} loads.`,
    table: {
      head: [`Load, ${unit}`, ...drawn.map(({ label }) => label)],
      rows: ascending.map(({ load, point }) => [number(load), ...drawn.map(({ key }) => show(key, point?.[key]))]),
    },
    data: {
      kind: 'plane',
      x: logAxis([...places.map(([x]) => x), ...bounds(found)], `Load, ${unit}`),
      y: axis(places.map(([, y]) => y)),
      curves: drawn.map(({ label, tone, points }) => ({ label, tone, points })),
      marks: drawn.flatMap(({ key, label, tone, points }) =>
        points.map(
          ([x, y]): Mark => ({
            x,
            y,
            sign: 'dot',
            tone,
            words: [`At ${loadText(x, unit)} ${label} is `, strong(show(key, y))],
          }),
        ),
      ),
      ...spanOf(found),
      lines: named(found, false),
    },
  };
}
