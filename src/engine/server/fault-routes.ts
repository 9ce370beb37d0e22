import { z } from 'zod';
import { MetronError } from '../../core/errors.ts';
import { ApiError } from './api-error.ts';
import { type FaultRule, parseFaultRule } from './fault-rule.ts';
import { readJson } from './read-json.ts';
import { parseFields } from './request-fields.ts';
import type { Route } from './route.ts';
import { onlyAtStart } from './select-faults.ts';
import type { ServerState } from './server-state.ts';

const path = '/sim/faults';
const body = z.strictObject({ faults: z.array(z.string()) });

const inForce = ({ faultRules }: ServerState) => ({ faults: faultRules.map(({ text }) => text) });

function readRule(text: string): FaultRule {
  try {
    const rule = parseFaultRule(text);
    if (rule.scope !== 'listener') return rule;
  } catch (cause) {
    if (!(cause instanceof MetronError)) throw cause;
    throw new ApiError(400, cause.message, 'faults');
  }
  throw new ApiError(400, onlyAtStart(text), 'faults');
}

/** Shows the rules of faults, or puts others in their place while the engine runs. */
export const faultRoutes: readonly Route[] = [
  { method: 'GET', path, serve: (state, exchange) => exchange.json(200, inForce(state)) },
  {
    method: 'POST',
    path,
    serve: async (state, exchange) => {
      state.faultRules = parseFields(body, await readJson(exchange.request)).faults.map(readRule);
      exchange.json(200, inForce(state));
    },
  },
];
