import { MetronError } from '../core/errors.ts';
import type { Difference } from './comparison.ts';

/** A regression that must not happen: `fluidity_p01 < -2%`. */
export interface Gate {
  readonly text: string;
  readonly statistic: string;
  readonly operator: '<' | '>';
  /** A share of the baseline, or a value in the statistic's own unit; of errors points either way. */
  readonly threshold: number;
  /** Written with a percent sign. */
  readonly relative: boolean;
}

export interface GateResult {
  readonly gate: Gate;
  readonly outcome: 'passed' | 'failed' | 'undecided';
  readonly explain: string;
}

/** Reads `metric_statistic < -2%` or `error_rate > 0.01`. */
export function parseGate(text: string): Gate {
  const [, statistic, operator, amount, percent] =
    /^\s*([\w.]+)\s*([<>])\s*([+-]?\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text) ?? [];
  if (statistic === undefined || amount === undefined || (operator !== '<' && operator !== '>')) {
    throw new MetronError('GATE_INVALID', `--fail-on "${text}": expected a number, < or >, and a change`, {
      hint: "for example --fail-on 'fluidity_p01 < -2%' or --fail-on 'ttft_p99 > 5%'",
    });
  }
  const relative = percent === '%';
  return { text: text.trim(), statistic, operator, threshold: Number(amount) / (relative ? 100 : 1), relative };
}

/** Fires only when the whole interval lies beyond the threshold; a number that is missing fails. */
export function decideGate(gate: Gate, differences: readonly Difference[]): GateResult {
  const found = differences.find(({ statistic }) => statistic.id === gate.statistic);
  if (found?.change === undefined) {
    return { gate, outcome: 'failed', explain: `${gate.statistic} was not measured in both runs` };
  }
  const points = found.statistic.absolute === true;
  const show = (value: number): string => shown(value, gate, points);
  const scale = scaleOf(gate, found);
  const change = `changed by ${show(found.change * scale)}`;
  if (found.low === undefined || found.high === undefined) {
    return { gate, outcome: 'undecided', explain: `cannot decide: ${change}, of too few requests for an interval` };
  }
  const [low, high] = [found.low * scale, found.high * scale];
  const beyond = gate.operator === '<' ? high < gate.threshold : low > gate.threshold;
  const within = gate.operator === '<' ? low >= gate.threshold : high <= gate.threshold;
  const limit = show(gate.threshold);
  const interval = `${change}, interval ${show(low)} to ${show(high)}`;
  if (beyond) return { gate, outcome: 'failed', explain: `${interval}, all of it beyond ${limit}` };
  if (within) return { gate, outcome: 'passed', explain: `${interval}, none of it beyond ${limit}` };
  return {
    gate,
    outcome: 'undecided',
    explain: `cannot decide: ${interval}, on both sides of ${limit}; more requests would decide`,
  };
}

/** From the unit a difference is kept in to the gate's. */
const scaleOf = ({ relative }: Gate, { statistic, baseline = 0 }: Difference): number =>
  relative || statistic.absolute ? 1 : Math.abs(baseline);

/** A gate's threshold in the unit in which the difference is kept; absent where that is a share of nothing. */
export function limitOf(gate: Gate, difference: Difference): number | undefined {
  const scale = scaleOf(gate, difference);
  return scale === 0 ? undefined : gate.threshold / scale;
}

function shown(value: number, { relative }: Gate, points: boolean): string {
  const text = relative || points ? (value * 100).toFixed(1) : String(Number(value.toPrecision(3)));
  const sign = Number(text) > 0 ? '+' : '';
  const unit = points ? ' pt' : relative ? '%' : '';
  return `${sign}${Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')}${unit}`;
}
