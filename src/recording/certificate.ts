import type { Certificate, CertificateCheck, Verdict } from '../core/certificate.ts';
import { type CheckDefinition, certificateChecks } from './certificate-checks.ts';
import { evidenceOf } from './certificate-evidence.ts';
import type { Measurements } from './measurements.ts';

/**
 * The verdict on a run's own measurement. The worst check decides. What was not measured and could decide is said,
 * and a run of which an essential part was not measured is suspect: silence is no proof.
 */
export function certify(measurements: Measurements): Certificate {
  const judged = certificateChecks.map((definition) => ({ definition, check: judge(definition, measurements) }));
  const checks = judged.map(({ check }) => check);
  const unmeasured = judged.filter(({ check }) => check.result === 'not measured');
  const isBlind = unmeasured.some(({ definition }) => definition.essential);
  return {
    verdict: verdictOf(checks, isBlind),
    checks,
    reasons: [
      ...checks.filter(({ result }) => result === 'invalid').map(explain),
      ...checks.filter(({ result }) => result === 'suspect').map(explain),
      ...unmeasured.filter(({ definition }) => definition.limits).map(({ check }) => `not measured: ${check.label}`),
    ],
    evidence: evidenceOf(measurements),
  };
}

function judge(definition: CheckDefinition, measurements: Measurements): CertificateCheck {
  const { id, label, unit } = definition;
  const { suspectAt, invalidAt } = definition.limits?.(measurements) ?? {};
  const value = definition.measure(measurements);
  return {
    id,
    label,
    unit,
    ...(value !== undefined && { value }),
    ...(suspectAt !== undefined && { suspectAt }),
    ...(invalidAt !== undefined && { invalidAt }),
    result: resultOf(value, suspectAt, invalidAt),
    explain: definition.explain(measurements),
  };
}

function resultOf(value?: number, suspectAt?: number, invalidAt?: number): CertificateCheck['result'] {
  if (value === undefined) return 'not measured';
  if (invalidAt !== undefined && value > invalidAt) return 'invalid';
  if (suspectAt !== undefined && value > suspectAt) return 'suspect';
  return 'ok';
}

function verdictOf(checks: readonly CertificateCheck[], isBlind: boolean): Verdict {
  if (checks.some(({ result }) => result === 'invalid')) return 'invalid';
  return isBlind || checks.some(({ result }) => result === 'suspect') ? 'suspect' : 'valid';
}

function explain({ label, value, unit, suspectAt, invalidAt, result }: CertificateCheck): string {
  const limit = result === 'invalid' ? invalidAt : suspectAt;
  return `${label}: ${quantity(value, unit)}, ${result} above ${quantity(limit, unit)}`;
}

function quantity(value: number | undefined, unit: string): string {
  if (value === undefined) return 'unknown';
  const shown = unit === 'share' ? value * 100 : value;
  const digits = Number.isInteger(shown) ? shown : Number(shown.toPrecision(3));
  return unit === 'share' ? `${digits} %` : `${digits} ${unit}`.trim();
}
