import type { Random } from '../../core/random.ts';
import { argumentsOf, nameOf } from './fault-spec.ts';
import { faults } from './faults.ts';
import type { FullBacklog } from './held-backlog.ts';
import type { ServerState } from './server-state.ts';
import { traceFault } from './trace-fault.ts';

/** What befalls the listening socket; the trace has a line for it once it is over. */
export function listenerFault(state: ServerState): FullBacklog | undefined {
  const rule = state.faultRules.find(({ scope }) => scope === 'listener');
  if (!rule) return undefined;
  const name = nameOf(rule.spec);
  const { fullBacklog } = faults.get(name).effects(argumentsOf(rule.spec), { next: () => 0 } as Random);
  if (!fullBacklog) return undefined;
  const since = state.clock.now();
  state.metrics.countFault(name);
  return { ...fullBacklog, onOver: () => traceFault(state, 'listener', rule.spec, since) };
}
