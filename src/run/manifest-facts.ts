import type { PreflightResult } from '../clients/index.ts';
import type { Plan } from '../config/index.ts';
import type { Disclosure, TargetFacts } from '../core/manifest.ts';
import { declared, detected, notVerifiable } from '../recording/manifest.ts';
import { type Schedule, tokenizers } from '../workload/index.ts';

/** What is known of the system under test before the load begins. */
export function targetFacts(plan: Plan, url: string, preflight: PreflightResult): TargetFacts {
  const { server } = preflight;
  return {
    url,
    protocol: plan.target.protocol,
    model: plan.target.model,
    ...(server !== undefined && { server }),
    details: { preflight },
    ...declaredFacts(plan),
  };
}

/** As the plan gives them; absent where it gives none. */
export const declaredFacts = ({ target: { facts } }: Plan): Pick<TargetFacts, 'facts'> =>
  Object.keys(facts).length === 0 ? {} : { facts };

const samplingFields = ['temperature', 'top_p', 'top_k', 'min_p', 'seed', 'repetition_penalty'];

/** Every field that a comparison needs, each with how far it can be trusted (reference: benchmarking drafts §1.3). */
export function disclosureOf(plan: Plan, schedule: Schedule, preflight: PreflightResult): Partial<Disclosure> {
  const { target, load, phases, workload } = plan;
  const fromUser = Object.fromEntries(
    Object.entries(target.disclosure)
      .filter(([, value]) => value !== undefined)
      .map(([field, value]) => [field, declared(String(value))]),
  );
  const sampling = samplingFields.filter((field) => field in target.body);
  const tokenizer = tokenizers.get(workload.tokenizer);
  return {
    ...(target.boundary !== undefined && { boundary: declared(target.boundary) }),
    model: notVerifiable(target.model),
    ...(preflight.server !== undefined && { engine: notVerifiable(preflight.server) }),
    tokenizer: detected(`${tokenizer.id} (metron's own, for prompts)`),
    templateHash: notVerifiable(),
    streamingProtocol: detected(`${target.protocol}, server-sent events`),
    loadModel: detected(load.closed ? 'closed loop' : 'open loop'),
    arrivals: detected(load.closed ? `${load.closed.users} users` : JSON.stringify(load.arrivals)),
    sampling:
      sampling.length > 0
        ? detected(sampling.map((f) => `${f}=${String(target.body[f])}`).join(', '))
        : notVerifiable('server defaults'),
    seed: detected(plan.seed),
    clock: detected('CLOCK_MONOTONIC, one time line for all threads'),
    warmup: detected(`${phases.warmup / 1e9} s`),
    sampleCount: detected(schedule.count),
    separation: isLoopback(target.url) ? detected(false) : notVerifiable(),
    prefixCache: workload.cache === 'cold' ? detected('prompts share no prefix') : detected('prompts share a prefix'),
    ...fromUser,
  };
}

const isLoopback = (url: string): boolean => {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
};
