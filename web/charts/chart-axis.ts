import type { ChartAxis } from '../../src/plots/analyses/chart.ts';
import { number } from '../../src/plots/format.ts';
import type { Axis } from './statistical.ts';

/** A round number without the zeros after its point. */
const round = (value: number): string =>
  number(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

export const axisText = (axis: ChartAxis, value: number): string =>
  axis.unit === 'share' ? `${round(Number((value * 100).toPrecision(6)))}%` : round(value);

/** Under this many times from end to end, 1, 2 and 5 per decade are too few. */
const shortLog = 8;

export function axisOf(axis: ChartAxis, most: number): Axis {
  const { type, from, to, title } = axis;
  const even = type === 'linear' || to / from < shortLog;
  return {
    type,
    domain: [from, to],
    title,
    format: (value) => axisText(axis, value),
    ...(even && { ticks: evenTicks(from, to, most) }),
  };
}

/** At most so many ticks, at 1, 2 or 5 times a power of ten. */
export function evenTicks(from: number, to: number, most: number): number[] {
  const least = (to - from) / most;
  if (!(least > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
