import type { Nanoseconds } from '../../core/units.ts';
import type { ServerState } from './server-state.ts';
import { RequestTruth } from './truth-trace.ts';

/** A line of the trace for a fault that befell no request. */
export function traceFault(state: ServerState, id: string, spec: string, since: Nanoseconds): void {
  const truth = new RequestTruth(id, since);
  truth.faults = [spec];
  truth.end = 'fault';
  state.trace.add(truth.record(state.origin, state.clock.now()));
}
