import { MetronError } from '../../core/errors.ts';
import { compileCoefficients, costModel, type IterationLoad, type Parallelism } from './cost-model.ts';
import type { GpuProfile } from './gpus.ts';
import type { HostOverhead } from './hosts.ts';
import type { ModelShape } from './models.ts';
import { decodesOf, prefillOf } from './plain-loads.ts';

/** Three measurements of a live server, seconds, prompts not answered from its prefix cache. */
export interface Probes {
  /** Gap between tokens of a single stream at this context length. */
  readonly single: { readonly seconds: number; readonly context: number };
  /** Gap between tokens with `streams` equal streams decoding. */
  readonly batch: { readonly seconds: number; readonly context: number; readonly streams: number };
  /** Time of an isolated prefill, network and frontend taken off; 4,000 tokens or more tell most. */
  readonly prefill: { readonly seconds: number; readonly tokens: number };
}

export interface Calibration {
  /** Share of the peak rate sustained. */
  readonly sustained: number;
  readonly host: HostOverhead;
}

/**
 * Solves the three unknowns (sustained rate, host constant, host per sequence) from three probes.
 * The decode probes give the host's line for any sustained rate; the prefill time then falls
 * monotonically in that rate, so one bisection finds it.
 */
export function calibrate(model: ModelShape, gpu: GpuProfile, how: Parallelism, probes: Probes): Calibration {
  const hostLine = (sustained: number): HostOverhead => {
    const time = bareTime(model, gpu, how, sustained);
    const one = probes.single.seconds - time(decodesOf(1, probes.single.context));
    const many = probes.batch.seconds - time(decodesOf(probes.batch.streams, probes.batch.context));
    const perSequence = (many - one) / (probes.batch.streams - 1);
    return { constant: one - perSequence, perSequence };
  };
  const excess = (sustained: number): number => {
    const { constant, perSequence } = hostLine(sustained);
    return (
      bareTime(model, gpu, how, sustained)(prefillOf(probes.prefill.tokens)) +
      constant +
      perSequence -
      probes.prefill.seconds
    );
  };

  let [low, high] = [0.02, 2];
  if (excess(low) < 0 || excess(high) > 0)
    throw new MetronError('PROBES_DISAGREE', 'the three probes do not agree with this model on this GPU', {
      hint: 'is the model, the GPU or the tensor parallelism another one, or did the prefix cache answer?',
    });
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  const host = hostLine(low);
  return { sustained: low, host: { constant: Math.max(0, host.constant), perSequence: Math.max(0, host.perSequence) } };
}

/** Seconds of an iteration with no host time. */
function bareTime(model: ModelShape, gpu: GpuProfile, how: Parallelism, sustained: number) {
  const efficiency = { ...gpu.efficiency, sustained, sustainedFp8: sustained };
  const cost = costModel(compileCoefficients(model, { ...gpu, efficiency }, how), { constant: 0, perSequence: 0 });
  return (load: IterationLoad) => cost.iteration(load) / 1e9;
}
