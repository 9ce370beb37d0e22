import type { SteadySummary } from '../analyses/steady-score.ts';
import type { Estimate, Headline } from '../metrics/index.ts';
import { interval, plural, quantity, type Space } from './format.ts';
import { sentence } from './words.ts';

/** The whole run and its steady window side by side, or why there is none. */
export interface SteadyTable {
  readonly steady: boolean;
  /** Where the window lies, or why there is none. */
  readonly lead: string;
  /** Label, value of the whole run, value of the steady window; none without a window. */
  readonly rows: readonly (readonly [label: string, whole: string, steady: string])[];
}

const compared = [
  ['Fluid answers', 'fluidShare', 'share'],
  ['Fluid rate', 'fluidRate', 'tokens/s'],
  ['First token P99', 'ttftP99', 'ms'],
  ['Token gap P99', 'tbtP99', 'ms'],
] as const satisfies readonly (readonly [string, keyof Headline, string])[];

export function steadyTable(
  { headline, steadyState }: Pick<SteadySummary, 'headline' | 'steadyState'>,
  space: Space = '\u202f',
): SteadyTable {
  if (steadyState.verdict === 'none') {
    return {
      steady: false,
      lead: sentence(`no steady state (${steadyState.reason}): ${steadyState.explain}`),
      rows: [],
    };
  }
  const { from, to, requests, explain, headline: window } = steadyState;
  const seconds = (time: number): string => (time / 1e9).toFixed(1);
  return {
    steady: true,
    lead: `Steady from ${seconds(from)} to ${seconds(to)}${space}s, ${plural(requests, 'answer')}: ${explain}.`,
    rows: compared.map(([label, id, unit]) => [
      label,
      cell(headline[id], unit, space),
      cell(window?.[id], unit, space),
    ]),
  };
}

function cell(estimate: Estimate | undefined, unit: string, space: Space): string {
  if (estimate?.value === undefined) return estimate?.reason ?? 'none';
  const between = interval(estimate.low, estimate.high, unit, space);
  return `${quantity(estimate.value, unit, space)}${between === '' ? '' : ` (${between})`}`;
}
