import type { Socket } from 'node:net';
import { randomStream } from '../../core/random.ts';
import { argumentsOf, nameOf } from './fault-spec.ts';
import { faults } from './faults.ts';
import type { ServerState } from './server-state.ts';
import { traceFault } from './trace-fault.ts';

/** Decides, by the rules that befall connections, what becomes of a new one; the trace has a line for each such fault. */
export function connectionReceiver(state: ServerState): (socket: Socket, proceed: () => void) => void {
  let ordinal = 0;
  return (socket, proceed) => {
    ordinal++;
    const rules = state.faultRules.filter(({ scope }) => scope === 'connection');
    if (rules.length === 0) {
      proceed();
      return;
    }
    const random = randomStream(state.options.seed, `connections/${ordinal}`);
    const seconds = state.clock.now() / 1e9;
    const drawn = rules.find(
      ({ probability, every, first, from, until }) =>
        random.next() < probability && ordinal % every === 0 && ordinal <= first && seconds >= from && seconds < until,
    );
    const effect = drawn && faults.get(nameOf(drawn.spec)).effects(argumentsOf(drawn.spec), random).connection;
    if (!drawn || !effect) {
      proceed();
      return;
    }
    state.metrics.countFault(nameOf(drawn.spec));
    traceFault(state, `connection-${ordinal}`, drawn.spec, state.clock.now());
    effect(socket, proceed);
  };
}
