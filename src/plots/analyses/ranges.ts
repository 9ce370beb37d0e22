import type { ChartAxis } from './chart.ts';

/** From the least to the most of what is drawn, with room at both ends; a single value gets room around it. */
export function logAxis(values: readonly number[], title: string, room = 1.12): ChartAxis {
  const known = values.filter((value) => value > 0 && Number.isFinite(value));
  const [least, most] = known.length === 0 ? [1, 10] : [Math.min(...known), Math.max(...known)];
  const wider = most / least < 1.5 ? 1.3 : room;
  return { type: 'log', from: least / wider, to: most * wider, unit: 'number', title };
}

/** From 0 to a little above the most. */
export function fromZero(values: readonly number[], title: string): ChartAxis {
  const most = Math.max(0, ...values.filter(Number.isFinite));
  return { type: 'linear', from: 0, to: most > 0 ? most * 1.1 : 1, unit: 'number', title };
}

/** All shares, or, where only the upper end is used, that end. */
export function shareAxis(values: readonly number[], title: string): ChartAxis {
  const least = Math.min(1, ...values.filter(Number.isFinite));
  const from = least > 0.9 ? Math.floor(least * 100 - 0.5) / 100 : Math.max(0, Math.floor(least * 10 - 0.5) / 10);
  return { type: 'linear', from: Math.max(0, from), to: 1, unit: 'share', title };
}
