import type { Random } from '../../core/random.ts';
import { ApiError } from './api-error.ts';
import type { FaultEffects } from './fault.ts';
import type { FaultRule } from './fault-rule.ts';
import { argumentsOf, nameOf } from './fault-spec.ts';
import { faults } from './faults.ts';

/** A model of this name is served by the engine's own model with the fault switched on. */
export const faultModelPrefix = 'sim-fault-';

export interface SelectedFault {
  readonly spec: string;
  readonly effects: FaultEffects;
}

export interface FaultSources {
  readonly header: string | undefined;
  readonly model: string;
  /** Body of the request, for rules that look into it. */
  readonly prompt: () => string;
  readonly rules: readonly FaultRule[];
  /** Ordinal of the request, from 1. */
  readonly ordinal: number;
  /** Since the engine started. */
  readonly seconds: number;
  /** Stream of this request alone. */
  readonly random: Random;
}

/** The faults of one request: from `X-Sim-Fault` (several with commas), from the model's name, from the rules. */
export function selectFaults(sources: FaultSources): SelectedFault[] {
  const { header, model, rules, random } = sources;
  const specs = (header ?? '').split(',').map((spec) => spec.trim());
  if (model.startsWith(faultModelPrefix)) specs.push(model.slice(faultModelPrefix.length));
  const asked = specs.filter((spec) => spec !== '');
  for (const rule of rules) if (ruleApplies(rule, sources)) asked.push(rule.spec);
  return asked.map((spec) => ({ spec, effects: effectsOf(spec, random) }));
}

function ruleApplies(rule: FaultRule, { ordinal, seconds, model, prompt, random }: FaultSources): boolean {
  // Every rule draws, so that one rule's odds do not move another's.
  const drawn = random.next() < rule.probability;
  if (rule.scope !== 'request' || !drawn || ordinal % rule.every !== 0 || ordinal > rule.first) return false;
  if (seconds < rule.from || seconds >= rule.until) return false;
  return (rule.model?.test(model) ?? true) && (rule.prompt?.test(prompt()) ?? true);
}

/** Why it can be had neither by a request nor later. */
export const onlyAtStart = (spec: string): string =>
  `fault ${spec} befalls the listening socket: give it to the engine at its start (--fault ${spec})`;

function effectsOf(spec: string, random: Random): FaultEffects {
  const name = nameOf(spec);
  if (!faults.has(name)) throw new ApiError(400, `unknown fault "${name}"; known: ${faults.kinds.join(', ')}`);
  const fault = faults.get(name);
  if (fault.of === 'connection') {
    throw new ApiError(400, `fault ${name} befalls connections, not requests: give it to the engine as a rule`);
  }
  if (fault.of === 'listener') throw new ApiError(400, onlyAtStart(name));
  return fault.effects(argumentsOf(spec), random);
}
