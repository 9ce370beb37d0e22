import type { CurveBaseline } from '../../analyses/prefill-curve.ts';
import type { PrefillFit } from '../../analyses/prefill-fit.ts';
import type { PrefillProfile } from '../../analyses/prefill-profile.ts';
import { baselineSentence, cachedSentence } from '../../plots/analyses/profile-page.ts';
import { count, duration, number, plural } from '../../plots/format.ts';
import { dressFor, table, wrap } from './layout.ts';

export interface PrefillProfileInput {
  readonly title: string;
  readonly verdict: { readonly verdict: 'valid' | 'suspect' | 'invalid'; readonly reasons: readonly string[] };
  readonly profile: PrefillProfile;
  /** Taken off the curve; absent if nothing was. */
  readonly baseline?: CurveBaseline;
  readonly unmeasured: readonly number[];
  readonly files: readonly (readonly [string, string])[];
  readonly color: boolean;
  readonly width: number;
}

const signs = { valid: '✓', suspect: '!', invalid: '×' } as const;

/** A prefill curve at 80 columns: the formula, how far it can be trusted, every length. */
export function renderPrefillProfile(input: PrefillProfileInput): string {
  const { profile, verdict, width } = input;
  const dress = dressFor(input.color);
  const paint = { valid: dress.met, suspect: dress.suspect, invalid: dress.missed }[verdict.verdict];
  const blocks = [
    [
      dress.dim(input.title),
      paint(`${signs[verdict.verdict]} ${verdict.verdict} measurement`),
      ...verdict.reasons.flatMap((reason) => wrap(reason, width - 2).map((line) => `  ${line}`)),
    ],
    [
      ...wrap(formula(profile.fit), width).map(dress.bold),
      ...wrap(
        `Measured from ${count(profile.from_tokens)} to ${count(profile.to_tokens)} prompt tokens, one request at a time. ` +
          `Half of the lengths lie within ${percent(profile.medianResidual)} of the curve, all within ${percent(profile.largestResidual)}.`,
        width,
      ),
    ],
    [...lengths(profile), ...omitted(profile)],
    remarks(input).flatMap((text) => wrap(`${dress.suspect('!')} ${text}`, width, 2)),
    input.files.map(([name, path]) => `${dress.dim(name.padEnd(6))} ${path}`),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function formula({ a_ms, b_ms_per_token, c_ms_per_token2, floor_ms }: PrefillFit): string {
  const linear = `${number(b_ms_per_token * 1000)} µs × P`;
  const middle = floor_ms === 0 ? linear : `√((${duration(floor_ms, ' ')})² + (${linear})²)`;
  const quadratic = c_ms_per_token2 === 0 ? '' : ` + ${number(c_ms_per_token2 * 1e6)} ns × P²`;
  return `First token of a prompt of P tokens: ${duration(a_ms, ' ')} + ${middle}${quadratic}`;
}

const mostRows = 40;
const leastRatio = 1.1;

/** All lengths, or of many such as are not close to the one before; the first and the last always. */
function shown(points: PrefillProfile['points']): PrefillProfile['points'] {
  if (points.length <= mostRows) return points;
  let last = 0;
  return points.filter(({ tokens }, i) => {
    const apart = tokens >= leastRatio * last || i === points.length - 1;
    if (apart) last = tokens;
    return apart;
  });
}

const omitted = ({ points }: PrefillProfile): string[] => {
  const left = points.length - shown(points).length;
  return left === 0 ? [] : [`${plural(left, 'more length')} close to these ${left === 1 ? 'is' : 'are'} on the page`];
};

const lengths = ({ points, band }: PrefillProfile): string[] =>
  table(
    [
      { title: 'prompt tokens', align: 'right' },
      { title: 'measured', align: 'right' },
      { title: 'curve', align: 'right' },
      { title: 'off by', align: 'right' },
      { title: 'n', align: 'right' },
      { title: '95% band of the curve', align: 'left' },
    ],
    shown(points).map(({ tokens, mean_ms, fit_ms, residual, n }) => {
      const near = band.reduce((best, each) =>
        Math.abs(each.tokens - tokens) < Math.abs(best.tokens - tokens) ? each : best,
      );
      const [low, high] = [near.low_ms, near.high_ms].map(
        (edge) => edge / Math.max(1e-9, (near.low_ms + near.high_ms) / 2),
      );
      return [
        count(Math.round(tokens)),
        duration(mean_ms, ' '),
        duration(fit_ms, ' '),
        `${residual < 0 ? '−' : '+'}${percent(Math.abs(residual))}`,
        count(n),
        `${duration(fit_ms * (low ?? 1), ' ')} to ${duration(fit_ms * (high ?? 1), ' ')}`,
      ];
    }),
  );

function remarks({ profile, unmeasured, baseline }: PrefillProfileInput): string[] {
  const { steps, outliers, unusable } = profile;
  const reasons = [...new Set(unusable.map(({ reason }) => reason))].join(', ');
  return [
    ...steps.map(
      ({ from_tokens, to_tokens, jump }) =>
        `between ${count(from_tokens)} and ${count(to_tokens)} tokens the time steps ${jump > 0 ? 'up' : 'down'} by ${percent(Math.abs(jump))} against the formula: a tile, a chunk or another kernel`,
    ),
    ...(outliers.length > 0
      ? [
          `${plural(outliers.length, 'measurement')} far off the others of its length did not count: request ${outliers.map(({ id }) => id).join(', ')}`,
        ]
      : []),
    ...(unusable.length > 0 ? [`${plural(unusable.length, 'request')} gave no time: ${reasons}`] : []),
    ...(unmeasured.length > 0 ? [`not measured: ${unmeasured.map(count).join(', ')} tokens`] : []),
    ...cachedSentence(profile),
    ...(baseline === undefined ? [] : [baselineSentence(baseline)]),
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
