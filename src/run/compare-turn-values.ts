import type { ComparedTurn, TurnValue } from '../analyses/comparison-result.ts';
import type { Estimate, MetricSummary, Summary } from '../metrics/index.ts';
import type { Arm, ArmRun } from './compare-arms.ts';

/** Every turn of a live comparison with its own headline, in the order in which they were had. */
export function turnsOf(arms: readonly Arm[]): ComparedTurn[] {
  return arms
    .flatMap(({ name, runs }) => runs.flatMap((run) => turnOf(name, run)))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function turnOf(system: string, { stored: { manifest }, summary, round }: ArmRun): ComparedTurn[] {
  if (round === undefined || !manifest) return [];
  const { startedAt, endedAt, certificate } = manifest;
  const fluidShare = ofEstimate(summary.headline.fluidShare);
  const [ttft, tpot] = [medianOf(summary, 'ttft'), medianOf(summary, 'tpot')];
  return [
    {
      round,
      system,
      startedAt,
      ...(endedAt !== undefined && { seconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 }),
      requests: summary.requests.scheduled,
      ...(certificate && { verdict: certificate.verdict }),
      values: {
        ...(fluidShare && { fluidShare }),
        ...(ttft && { ttftP50_ms: ttft }),
        ...(tpot && { tpotP50_ms: tpot }),
      },
    },
  ];
}

function medianOf({ metrics }: Summary, id: string): TurnValue | undefined {
  const metric: MetricSummary | undefined = metrics.find((each) => each.id === id);
  return ofEstimate(metric?.percentiles?.find(({ p }) => p === 50));
}

function ofEstimate(of: Pick<Estimate, 'value' | 'low' | 'high'> | undefined): TurnValue | undefined {
  if (of?.value === undefined) return undefined;
  const { value, low, high } = of;
  return low === undefined || high === undefined ? { value } : { value, low, high };
}
