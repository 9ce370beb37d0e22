import type { OperatingPoint } from '../../analyses/capacity-probe.ts';
import type { ParetoPoint } from '../../analyses/sweep-pareto.ts';
import type { Drawn } from '../figure.ts';
import { count, duration, number, plural, share } from '../format.ts';
import { strong, type Words } from '../words.ts';
import type { Chart, Curve, Mark, Tone } from './chart.ts';
import type { AnalysisPage, PageTable } from './document.ts';
import { logAxis } from './ranges.ts';
import {
  axisNames,
  lostCells,
  remarks,
  type SweepPageInput,
  type SweptCell,
  settingsText,
  status,
} from './sweep-cells.ts';

/** What a grid of runs shows: what a reader gets against what the system gives, and latency against load. */
export function sweepPage(input: SweepPageInput, name: string, command: string): AnalysisPage {
  const { cells, axes } = input;
  return {
    schema: 'metron.analysis-page/1',
    eyebrow: ['Sweep', plural(cells.length, 'run'), `over ${axes.map(({ path }) => path).join(', ')}`],
    name,
    status: status(input),
    remarks: remarks(input),
    answer: answerOf(input),
    why: why(input),
    headline: [],
    sections: [
      {
        id: 'curves',
        short: 'Curves',
        title: 'What a reader gets, and what the system gives',
        figures: [
          { id: 'figure-interactivity', drawn: interactivityFigure(input) },
          { id: 'figure-latency', drawn: latencyFigure(input) },
        ],
      },
      { id: 'numbers', short: 'Numbers', title: 'Every run', tables: [everyCell(input), ...lostCells(input)] },
    ],
    source: { file: 'sweep.json', command },
  };
}

function answerOf({ pareto, cells }: SweepPageInput): string {
  if (pareto.length === 0) return 'No run gave both a pace for its readers and a throughput.';
  if (cells.length === 1) return `Only ${labelOf(cells, pareto[0])} was measured: there is nothing to choose among.`;
  if (pareto.length === 1) return `One setting is best for readers and for the system: ${labelOf(cells, pareto[0])}.`;
  return `${count(pareto.length)} of ${plural(cells.length, 'setting')} are worth choosing among.`;
}

const labelOf = (cells: readonly SweptCell[], point: ParetoPoint | undefined): string => {
  const cell = point === undefined ? undefined : cells[point.cell];
  return cell ? settingsText(cell) : '';
};

function why({ pareto, cells }: SweepPageInput): Words[] {
  const [slow, fast] = [pareto[0], pareto.at(-1)];
  if (!slow || !fast || slow === fast) return [];
  return [
    ['For readers: ', strong(labelOf(cells, fast)), `, ${number(fast.interactivity)} tokens/s each.`],
    ['For the system: ', strong(labelOf(cells, slow)), `, ${number(slow.throughput)} tokens/s of all.`],
  ];
}

const signOf = ({ verdict }: SweptCell, onFront: boolean): Pick<Mark, 'sign' | 'tone'> => {
  if (verdict !== 'valid') return { sign: 'triangle', tone: 'warn' };
  return onFront ? { sign: 'diamond', tone: 'data' } : { sign: 'ring', tone: 'data-2' };
};

function interactivityFigure({ cells, pareto, axes }: SweepPageInput): Drawn<Chart> {
  const front = new Set(pareto.map(({ cell }) => cell));
  const points = cells.flatMap((cell, i) => {
    const { tpotP50_ms, outputTokens_per_s } = cell.point;
    if (!tpotP50_ms || outputTokens_per_s === undefined) return [];
    return [{ cell, x: 1000 / tpotP50_ms, y: outputTokens_per_s, onFront: front.has(i) }];
  });
  const subtitle = `Tokens per second of one answer (1 ÷ median TPOT) against those of the whole system. Diamonds on the line: no other run is better in both.${points.some(({ cell }) => cell.verdict !== 'valid') ? ' Triangle: the measurement is not valid.' : ''}`;
  if (points.length === 0)
    return { title: 'What a reader gets', subtitle, empty: 'No run completed an answer of several tokens.' };
  const title =
    pareto.length > 1
      ? `From ${number(pareto[0]?.interactivity)} to ${number(pareto.at(-1)?.interactivity)} tokens/s for a reader, throughput falls from ${number(pareto[0]?.throughput)} to ${number(pareto.at(-1)?.throughput)}`
      : points.length === 1
        ? `${labelOf(cells, pareto[0])}: ${number(pareto[0]?.interactivity)} tokens/s for a reader`
        : `${labelOf(cells, pareto[0])} beats every other run in both`;
  return {
    title,
    subtitle,
    note: `n = ${plural(points.length, 'run')} over ${axes.map(({ path }) => path).join(', ')}. Both axes logarithmic.`,
    alt: `Throughput against interactivity of ${plural(points.length, 'run')}; ${count(pareto.length)} on the Pareto front.`,
    table: {
      head: ['Setting', 'Tokens/s of one answer', 'Tokens/s of all', 'On the front'],
      rows: points.map(({ cell, x, y, onFront }) => [settingsText(cell), number(x), number(y), onFront ? 'yes' : 'no']),
    },
    data: {
      kind: 'plane',
      x: logAxis(
        points.map(({ x }) => x),
        'Tokens/s for one reader',
        1.25,
      ),
      y: logAxis(
        points.map(({ y }) => y),
        'Tokens/s of the system',
        1.25,
      ),
      curves: [
        { tone: 'data', points: pareto.map(({ interactivity, throughput }) => [interactivity, throughput] as const) },
      ],
      marks: points.map(({ cell, x, y, onFront }) => ({
        x,
        y,
        ...signOf(cell, onFront),
        ...(onFront && { label: settingsText(cell) }),
        words: [
          strong(settingsText(cell)),
          `: ${number(x)} tokens/s for a reader, ${number(y)} of all${onFront ? '; on the front' : ''}`,
        ],
      })),
      lines: [],
    },
  };
}

const lines = [
  { key: 'ttftP99_ms', label: 'P99', tone: 'data' },
  { key: 'ttftP50_ms', label: 'P50', tone: 'data-2' },
] as const satisfies readonly { key: keyof OperatingPoint; label: string; tone: Tone }[];

/** The path of the axis that sets the load; the others make a curve each. */
const loadPath = /rate|users|arrivals|concurrency/;

function latencyFigure({ cells, axes }: SweepPageInput): Drawn<Chart> {
  const others = axes.map(({ path }) => path).filter((path) => !loadPath.test(path));
  const groupOf = ({ settings }: SweptCell): string =>
    others.map((path) => `${path.split('.').at(-1)} ${settings[path]}`).join(', ');
  const groups = [...new Set(cells.map(groupOf))];
  const places = (group: string, key: 'ttftP50_ms' | 'ttftP99_ms') =>
    cells
      .filter((cell) => groupOf(cell) === group)
      .flatMap((cell) => {
        const { offered_per_s: x, [key]: y } = cell.point;
        return x === undefined || y === undefined || y <= 0 ? [] : [{ cell, x, y }];
      })
      .sort((a, b) => a.x - b.x);
  const drawn = groups.flatMap((group) =>
    lines.map(({ key, label, tone }) => ({
      label: [group, label].filter((text) => text !== '').join(' '),
      tone,
      places: places(group, key),
    })),
  );
  const all = drawn.flatMap((each) => each.places);
  const subtitle = 'Time to the first token against the load that was offered.';
  if (all.length === 0) return { title: 'Latency and load', subtitle, empty: 'No run has a load and a first token.' };
  const tails = groups.flatMap((group) => places(group, 'ttftP99_ms'));
  const [least, most] = [Math.min(...tails.map(({ y }) => y)), Math.max(...tails.map(({ y }) => y))];
  return {
    title:
      tails.length > 1
        ? `First token P99 from ${duration(least)} to ${duration(most)}`
        : `First token P99 ${duration(least)}`,
    subtitle,
    note: `n = ${plural(cells.length, 'run')}. Both axes logarithmic.`,
    alt: `First-token times over the offered load of ${plural(cells.length, 'run')}.`,
    table: {
      head: ['Setting', 'Offered/s', 'First token P50', 'First token P99'],
      rows: cells.map((cell) => [
        settingsText(cell),
        number(cell.point.offered_per_s),
        duration(cell.point.ttftP50_ms),
        duration(cell.point.ttftP99_ms),
      ]),
    },
    data: {
      kind: 'plane',
      x: logAxis(
        all.map(({ x }) => x),
        'Offered load, requests/s',
      ),
      y: logAxis(
        all.map(({ y }) => y),
        'Time to first token, ms',
      ),
      curves: drawn.map(
        ({ label, tone, places: at }): Curve => ({ label, tone, points: at.map(({ x, y }) => [x, y] as const) }),
      ),
      marks: drawn.flatMap(({ label, tone, places: at }) =>
        at.map(
          ({ cell, x, y }): Mark => ({
            x,
            y,
            ...(cell.verdict === 'valid' ? { sign: 'dot', tone } : signOf(cell, false)),
            words: [strong(settingsText(cell)), `, ${number(x)}/s offered: ${label} `, strong(duration(y))],
          }),
        ),
      ),
      lines: [],
    },
  };
}

const everyCell = ({ cells, axes, pareto }: SweepPageInput): PageTable => {
  const front = new Set(pareto.map(({ cell }) => cell));
  return {
    name: 'Every run of the sweep',
    words: 1,
    head: [
      axisNames(axes),
      'Completed/s',
      'Tokens/s',
      'Tokens/s per reader',
      'First token P50',
      'First token P99',
      'Fluid',
      'Errors',
      'Measurement',
      'Front',
    ],
    rows: cells.map((cell, i) => [
      settingsText(cell),
      number(cell.point.completed_per_s),
      number(cell.point.outputTokens_per_s),
      number(cell.point.tpotP50_ms ? 1000 / cell.point.tpotP50_ms : undefined),
      duration(cell.point.ttftP50_ms),
      duration(cell.point.ttftP99_ms),
      share(cell.fluidShare),
      share(cell.errorRate),
      cell.verdict,
      front.has(i) ? 'yes' : 'no',
    ]),
  };
};
