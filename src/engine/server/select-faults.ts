import { MetronError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { ApiError } from './api-error.ts';
import type { FaultEffects } from './fault.ts';
import { faults } from './faults.ts';

/** A model of this name is served by the engine's own model with the fault switched on. */
export const faultModelPrefix = 'sim-fault-';

export interface FaultRule {
  /** `name[:arg…]` */
  readonly spec: string;
  /** Probability with which a request has the fault. */
  readonly probability: number;
  /** Only each request with this ordinal, counted from 1, and its multiples. */
  readonly every: number;
}

export interface SelectedFault {
  readonly spec: string;
  readonly effects: FaultEffects;
}

/** `name[:arg…][@probability][@every=n]`, for example `stall:10:0.5@0.01` or `http-error:503@every=7`. */
export function parseFaultRule(text: string): FaultRule {
  const [spec = '', ...conditions] = text.split('@');
  let probability = 1;
  let every = 1;
  for (const condition of conditions) {
    const [, ordinal] = /^every=(\d+)$/.exec(condition) ?? [];
    if (ordinal !== undefined) every = Number(ordinal);
    else probability = Number(condition);
  }
  if (!(probability >= 0 && probability <= 1) || every < 1) {
    throw new MetronError('BAD_FAULT_RULE', `fault rule "${text}" has a condition that cannot be read`, {
      hint: 'write name[:arg][@probability from 0 to 1][@every=n], for example http-error:503@0.05',
    });
  }
  // Unknown names and arguments are refused at the start, not at the first request.
  faults.get(nameOf(spec)).effects(argumentsOf(spec), { next: () => 0 } as Random);
  return { spec, probability, every };
}

const nameOf = (spec: string): string => spec.split(':', 1)[0] ?? '';
const argumentsOf = (spec: string): string[] => spec.split(':').slice(1);

export interface FaultSources {
  readonly header: string | undefined;
  readonly model: string;
  readonly rules: readonly FaultRule[];
  /** Ordinal of the request, from 1. */
  readonly ordinal: number;
  /** Stream of this request alone. */
  readonly random: Random;
}

/** The faults of one request: from `X-Sim-Fault` (several with commas), from the model's name, from the rules. */
export function selectFaults({ header, model, rules, ordinal, random }: FaultSources): SelectedFault[] {
  const specs = (header ?? '').split(',').map((spec) => spec.trim());
  if (model.startsWith(faultModelPrefix)) specs.push(model.slice(faultModelPrefix.length));
  for (const rule of rules) {
    // Every rule draws, so that one rule's odds do not move another's.
    const drawn = random.next() < rule.probability;
    if (drawn && ordinal % rule.every === 0) specs.push(rule.spec);
  }
  return specs.filter((spec) => spec !== '').map((spec) => ({ spec, effects: effectsOf(spec, random) }));
}

function effectsOf(spec: string, random: Random): FaultEffects {
  const name = nameOf(spec);
  if (!faults.has(name)) throw new ApiError(400, `unknown fault "${name}"; known: ${faults.kinds.join(', ')}`);
  return faults.get(name).effects(argumentsOf(spec), random);
}
