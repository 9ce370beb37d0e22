import type { CurveBaseline } from '../../analyses/prefill-curve.ts';
import { prefillAt } from '../../analyses/prefill-fit.ts';
import type { PrefillProfile } from '../../analyses/prefill-profile.ts';
import type { PrefillSample } from '../../analyses/prefill-samples.ts';
import type { Drawn } from '../figure.ts';
import { count, duration, number, plural, share } from '../format.ts';
import { strong, type Words } from '../words.ts';
import type { Chart, Mark } from './chart.ts';
import type { AnalysisPage, PageSection } from './document.ts';
import { logAxis } from './ranges.ts';

export interface ProfileOrigin {
  readonly name: string;
  readonly where: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
  /** Lengths that were planned and not measured. */
  readonly unmeasured: readonly number[];
  readonly curveFile: string;
  /** Taken off the curve's file; absent if nothing was. */
  readonly baseline?: CurveBaseline;
}

/** What the file of the curve lacks of what was measured. */
export const baselineSentence = ({ kind, time_ms, n, tokens }: CurveBaseline): string =>
  kind === 'rtt'
    ? `the file of the curve has a network round trip of ${duration(time_ms, ' ')} taken off; times here are as measured`
    : `the file of the curve has the smallest prompt taken off, ${duration(time_ms, ' ')} for ${plural(tokens ?? 0, 'token')} (median of ${count(n)}); times here are as measured`;

/** Which lengths are only what a cache left to compute. */
export function cachedSentence({ points }: PrefillProfile): string[] {
  const some = points.filter(({ tokens, cached = 0 }) => cached > tokens);
  if (some.length === 0) return [];
  return [
    `a prefix cache answered most of ${plural(some.length, 'length')}: each stands at the tokens left to compute, its curve counts their attention to the cached ones`,
  ];
}

/** The prefill curve of a target: what was measured, what was fitted, and how far they lie apart. */
export function profilePage(profile: PrefillProfile, origin: ProfileOrigin): AnalysisPage {
  const measured = profile.points.reduce((sum, { n }) => sum + n, 0);
  return {
    schema: 'metron.analysis-page/1',
    eyebrow: [
      'Prefill profile',
      origin.where,
      `${count(measured)} isolated prompts of ${plural(profile.points.length, 'length')}`,
    ],
    name: origin.name,
    status: status(origin),
    remarks: remarks(profile, origin),
    answer: `The first token of ${count(profile.to_tokens)} prompt tokens takes ${duration(prefillAt(profile.fit, profile.to_tokens))}.`,
    why: why(profile),
    headline: [],
    sections: [
      {
        id: 'curve',
        short: 'Curve',
        title: 'How the first token follows the prompt',
        figures: [
          { id: 'figure-curve', drawn: curveFigure(profile) },
          { id: 'figure-residuals', drawn: residualFigure(profile) },
        ],
      },
      numbers(profile),
    ],
    source: { file: origin.curveFile, command: `metron run … --prefill-curve ${origin.curveFile} --slack 300ms` },
  };
}

function status({ verdict }: ProfileOrigin): AnalysisPage['status'] {
  if (verdict === 'invalid') return { state: 'bad', label: 'Invalid measurement' };
  return verdict === 'valid'
    ? { state: 'ok', label: 'Valid measurement' }
    : { state: 'warn', label: 'Suspect measurement' };
}

function remarks(profile: PrefillProfile, { reasons, unmeasured, baseline }: ProfileOrigin): string[] {
  const { outliers, unusable, steps } = profile;
  return [
    ...reasons,
    ...(unmeasured.length > 0 ? [`not measured: ${unmeasured.map(count).join(', ')} tokens`] : []),
    ...(outliers.length > 0
      ? [
          `${plural(outliers.length, 'measurement')} far from the others of the same length: shown as crosses, without influence`,
        ]
      : []),
    ...(unusable.length > 0
      ? [
          `${plural(unusable.length, 'request')} could not be used: ${[...new Set(unusable.map(({ reason }) => reason))].join(', ')}`,
        ]
      : []),
    ...steps.map(
      ({ from_tokens, to_tokens, jump }) =>
        `between ${count(from_tokens)} and ${count(to_tokens)} tokens the time ${jump > 0 ? 'rises' : 'falls'} by ${share(Math.abs(jump))} against the formula`,
    ),
    ...cachedSentence(profile),
    ...(baseline ? [baselineSentence(baseline)] : []),
  ];
}

const signed = (value: number): string =>
  Math.abs(value) < 5e-4 ? 'under 0.1%' : `${value > 0 ? '+' : '−'}${share(Math.abs(value))}`;

function why({ fit, medianResidual, largestResidual, confidence, from_tokens, to_tokens }: PrefillProfile): Words[] {
  const per1000 = duration(1000 * fit.b_ms_per_token);
  return [
    [
      strong(duration(fit.a_ms)),
      ' whatever the prompt, ',
      strong(per1000),
      ' more for each 1,000 tokens, and a part that grows with the square.',
    ],
    [`Lengths lie ${share(medianResidual)} from the curve in the median, ${share(largestResidual)} at most.`],
    [
      `Measured from ${count(from_tokens)} to ${count(to_tokens)} tokens; band ${confidence * 100}%. Beyond them the curve says nothing.`,
    ],
  ];
}

const outlierMark = ({ tokens, time_ms }: PrefillSample): Mark => ({
  x: tokens,
  y: time_ms,
  sign: 'cross',
  tone: 'miss',
  words: [`Outlier at ${count(tokens)} tokens: `, strong(duration(time_ms))],
});

function curveFigure(profile: PrefillProfile): Drawn<Chart> {
  const { points, band, fit, outliers, confidence } = profile;
  const marks: Mark[] = points.map(({ tokens, mean_ms, min_ms, max_ms, n, fit_ms }) => ({
    x: tokens,
    y: mean_ms,
    low: min_ms,
    high: max_ms,
    sign: 'dot',
    tone: 'data',
    words: [
      `${count(Math.round(tokens))} tokens: `,
      strong(duration(mean_ms)),
      ` (${duration(min_ms)} to ${duration(max_ms)}, n = ${count(n)}); curve ${duration(fit_ms)}`,
    ],
  }));
  const n = points.reduce((sum, each) => sum + each.n, 0);
  const times = [
    ...points.flatMap(({ min_ms, max_ms }) => [min_ms, max_ms]),
    ...outliers.map(({ time_ms }) => time_ms),
    ...band.map(({ high_ms }) => high_ms),
  ];
  const [first, last] = [points[0], points.at(-1)];
  return {
    title: `From ${duration(first?.mean_ms)} at ${count(Math.round(first?.tokens ?? 0))} tokens to ${duration(last?.mean_ms)} at ${count(Math.round(last?.tokens ?? 0))}`,
    subtitle:
      'Time to the first token of an isolated prompt. Dots: means of a length, bars: the range of its repetitions, line: the fitted curve, shaded: where it lies.',
    note: `n = ${count(n)} prompts, ${plural(outliers.length, 'outlier')}. Band: ${confidence * 100}%, Gaussian process. Both axes logarithmic.`,
    alt: `Prefill curve over ${points.length} prompt lengths.`,
    table: {
      head: ['Tokens', 'Mean', 'Curve'],
      rows: points.map(({ tokens, mean_ms, fit_ms }) => [
        count(Math.round(tokens)),
        duration(mean_ms),
        duration(fit_ms),
      ]),
    },
    data: {
      kind: 'plane',
      x: logAxis(
        points.map(({ tokens }) => tokens),
        'Prompt tokens',
      ),
      y: logAxis(times, 'Time to first token, ms'),
      band: band.map(({ tokens, low_ms, high_ms }) => [tokens, low_ms, high_ms] as const),
      curves: [{ tone: 'data', points: band.map(({ tokens }) => [tokens, prefillAt(fit, tokens)] as const) }],
      marks: [...marks, ...outliers.map(outlierMark)],
      lines: [],
    },
  };
}

function residualFigure({ points, band, fit, largestResidual, steps, outliers }: PrefillProfile): Drawn<Chart> {
  const off = (time: number, tokens: number): number => time / prefillAt(fit, tokens) - 1;
  const shaded = band.map(
    ({ tokens, low_ms, high_ms }) => [tokens, off(low_ms, tokens), off(high_ms, tokens)] as const,
  );
  const edge =
    1.2 *
    Math.max(
      0.01,
      largestResidual,
      ...shaded.flatMap(([, low, high]) => [-low, high]),
      ...points.map(({ min_ms, max_ms, fit_ms }) => Math.max(1 - min_ms / fit_ms, max_ms / fit_ms - 1)),
    );
  return {
    title:
      steps.length === 0
        ? `No length lies more than ${share(largestResidual)} from the curve`
        : `${plural(steps.length, 'step')} against the formula`,
    subtitle: 'How far each length lies from the curve. Dots: means, bars: the range of repetitions, shaded: the band.',
    note: `n = ${plural(points.length, 'length')}${outliers.length > 0 ? `; ${plural(outliers.length, 'outlier')} beyond this picture` : ''}. Length axis logarithmic.`,
    alt: `Residuals of ${points.length} prompt lengths, the largest ${share(largestResidual)}.`,
    table: {
      head: ['Tokens', 'Off the curve'],
      rows: points.map(({ tokens, residual }) => [count(Math.round(tokens)), signed(residual)]),
    },
    data: {
      kind: 'plane',
      x: logAxis(
        points.map(({ tokens }) => tokens),
        'Prompt tokens',
      ),
      y: { type: 'linear', from: -edge, to: edge, unit: 'share', title: 'Off the curve' },
      band: shaded,
      curves: [],
      marks: points.map(({ tokens, residual, min_ms, max_ms, fit_ms, n }) => ({
        x: tokens,
        y: residual,
        low: min_ms / fit_ms - 1,
        high: max_ms / fit_ms - 1,
        sign: 'dot',
        tone: 'data',
        words: [`${count(Math.round(tokens))} tokens: `, strong(signed(residual)), ` off the curve, n = ${count(n)}`],
      })),
      lines: [{ axis: 'y', at: 0, label: 'the curve' }],
    },
  };
}

const numbers = ({ points, fit, outliers }: PrefillProfile): PageSection => ({
  id: 'numbers',
  short: 'Numbers',
  title: 'Every length',
  lead: `t(P) = a + ${fit.floor_ms > 0 ? '√(floor² + (bP)²)' : 'bP'} + cP², with a = ${duration(fit.a_ms)}, b = ${number(fit.b_ms_per_token * 1000)} ms per 1,000 tokens, c = ${number(fit.c_ms_per_token2 * 1e6)} ms per 1,000 tokens squared${fit.floor_ms > 0 ? `, floor = ${duration(fit.floor_ms)}` : ''}${fit.offsets ? '; the curve adds what the lengths were seen to lie off it' : ''}.`,
  tables: [
    {
      name: 'Every length that was measured',
      words: 1,
      head: ['Tokens', 'Repetitions', 'Mean', 'Least', 'Most', 'Curve', 'Off the curve', 'Outliers'],
      rows: points.map(({ asked, tokens, n, mean_ms, min_ms, max_ms, fit_ms, residual }) => [
        count(Math.round(tokens)),
        count(n),
        duration(mean_ms),
        duration(min_ms),
        duration(max_ms),
        duration(fit_ms),
        signed(residual),
        count(outliers.filter((each) => each.asked === asked).length),
      ]),
    },
  ],
});
