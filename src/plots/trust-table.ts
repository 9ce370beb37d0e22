import type { Certificate, CertificateCheck, Verdict } from '../core/certificate.ts';
import { number, quantity } from './format.ts';
import { stampsLine } from './stamps-line.ts';
import { listed, lowerFirst, sentence } from './words.ts';

/** The instrument's account of itself. */
export interface TrustTable {
  readonly verdict: Verdict;
  readonly label: string;
  readonly lead: string;
  /** The lines beside the chip, above every headline number. */
  readonly reasons: readonly string[];
  readonly rows: readonly TrustRow[];
}

export interface TrustRow {
  readonly label: string;
  readonly measured: string;
  readonly limit: string;
  /** Measured ÷ limit; absent: not measured, or no limit. */
  readonly ofLimit?: number;
  readonly state: 'ok' | 'warn' | 'bad' | 'none';
  readonly result: string;
  readonly detail: string;
}

const states = {
  ok: ['ok', 'within'],
  suspect: ['warn', 'over the limit'],
  invalid: ['bad', 'far over the limit'],
} as const;

const isKnown = (result: string): result is keyof typeof states => Object.hasOwn(states, result);

/** A run without a certificate is not trusted by default. */
export function trustTable(certificate: Certificate | undefined, supports: readonly string[]): TrustTable {
  if (certificate === undefined) {
    return {
      verdict: 'suspect',
      label: 'Not certified',
      lead: 'The record holds no certificate: nothing is known about the instrument’s own error.',
      reasons: ['The record holds no certificate of the instrument.', ...supports],
      rows: [],
    };
  }
  const rows = certificate.checks.map(row);
  return {
    verdict: certificate.verdict,
    label: { valid: 'Valid measurement', suspect: 'Suspect measurement', invalid: 'Invalid measurement' }[
      certificate.verdict
    ],
    lead: [lead(certificate.verdict, rows), sentence(stampsLine(certificate.evidence) ?? '')].join(' ').trim(),
    reasons: [...shortened(reasons(certificate, rows)), ...supports],
    rows,
  };
}

function lead(verdict: Verdict, rows: readonly TrustRow[]): string {
  const over = rows.filter(({ state }) => state === 'warn' || state === 'bad').length;
  if (verdict === 'valid') return 'Every check that was made stayed within its limit.';
  const checks = over === 1 ? 'One check is' : `${over} checks are`;
  return `${over === 0 ? 'The reasons are at the top.' : `${checks} over the limit.`} ${
    verdict === 'suspect' ? 'Read the numbers with care.' : 'The numbers are no measurement of the server.'
  }`;
}

const mostReasons = 3;

const shortened = (all: readonly string[]): readonly string[] =>
  all.length <= mostReasons + 1
    ? all
    : [...all.slice(0, mostReasons), `${all.length - mostReasons} more reasons stand under Trust.`];

const unmeasured = /^not measured: /;

function reasons({ verdict, reasons: given }: Certificate, rows: readonly TrustRow[]): readonly string[] {
  const missing = given.filter((reason) => unmeasured.test(reason)).map((reason) => reason.replace(unmeasured, ''));
  const others = given.filter((reason) => !unmeasured.test(reason)).map(sentence);
  return [
    ...(verdict === 'valid' && rows.length > 0 ? [passed(rows)] : []),
    ...others,
    ...(missing.length > 0 ? [`Not measured: ${listed(missing.map(lowerFirst))}.`] : []),
  ];
}

function passed(rows: readonly TrustRow[]): string {
  const made = rows.filter(({ state }) => state !== 'none');
  const closest = made.reduce<TrustRow | undefined>(
    (most, each) => ((each.ofLimit ?? -1) > (most?.ofLimit ?? -1) ? each : most),
    undefined,
  );
  const near =
    closest?.ofLimit === undefined
      ? ''
      : ` Closest to its limit: ${lowerFirst(closest.label)}, ${closest.measured} of ${closest.limit}.`;
  return `All ${made.length} checks passed.${near}`;
}

function row(check: CertificateCheck): TrustRow {
  const { label, value, unit, suspectAt, invalidAt, result, explain } = check;
  const limit = suspectAt ?? invalidAt;
  const [state, word] = isKnown(result) ? states[result] : (['none', result] as const);
  return {
    label,
    measured: value === undefined ? 'not measured' : measured(value, unit),
    limit: limit === undefined ? 'none' : measured(limit, unit),
    ...(value === undefined || limit === undefined || limit <= 0 ? {} : { ofLimit: Math.abs(value) / limit }),
    state,
    result: word,
    detail: explain,
  };
}

/** Certificates measure in finer units than metrics do. */
function measured(value: number, unit: string): string {
  if (unit === 'ns') return measured(value / 1e6, 'ms');
  if (unit === 'ms' && value !== 0 && Math.abs(value) < 1) return `${number(value * 1000)}\u202fµs`;
  return quantity(value, unit);
}
