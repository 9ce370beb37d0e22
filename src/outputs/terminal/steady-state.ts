import type { SteadySummary } from '../../analyses/steady-score.ts';
import type { Estimate, Headline } from '../../metrics/summary.ts';
import { interval, plural, quantity } from '../../plots/format.ts';
import { dressFor, table, wrap } from './layout.ts';

const rows = [
  ['Fluid answers', 'fluidShare', 'share'],
  ['Fluid rate', 'fluidRate', 'tokens/s'],
  ['First token P99', 'ttftP99', 'ms'],
  ['Token gap P99', 'tbtP99', 'ms'],
] as const satisfies readonly (readonly [string, keyof Headline, string])[];

/** The whole run and its steady window side by side, or why there is none. */
export function renderSteadyState(
  { headline, steadyState }: SteadySummary,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const dress = dressFor(color);
  if (steadyState.verdict === 'none') {
    return `${wrap(`${dress.suspect('!')} No steady state (${steadyState.reason}): ${steadyState.explain}.`, width, 2).join('\n')}\n`;
  }
  const { from, to, requests, explain, headline: steady } = steadyState;
  const seconds = (time: number): string => (time / 1e9).toFixed(1);
  const title = `Steady from ${seconds(from)} to ${seconds(to)} s, ${plural(requests, 'answer')}: ${explain}.`;
  const cell = (estimate: Estimate | undefined, unit: string): string =>
    estimate?.value === undefined
      ? (estimate?.reason ?? 'none')
      : `${quantity(estimate.value, unit, ' ')} (${interval(estimate.low, estimate.high, unit, ' ')})`;
  const lines = table(
    [
      { title: '', align: 'left' },
      { title: 'whole run', align: 'left' },
      { title: 'steady window', align: 'left' },
    ],
    rows.map(([label, id, unit]) => [label, cell(headline[id], unit), cell(steady?.[id], unit)]),
  );
  return `${[...wrap(title, width, 2), ...lines].join('\n')}\n`;
}
