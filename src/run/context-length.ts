import { requestOnce, textOf } from '../clients/preflight/request-once.ts';
import type { Plan } from '../config/index.ts';
import { seconds } from '../core/units.ts';
import { transportTarget } from '../instrument/transport-target.ts';
import type { PreparedTarget } from './target.ts';

const patience = seconds(5);

/**
 * Most tokens of prompt and answer together, as the server tells it: llama.cpp under `/props`, where it
 * is the context of one slot; vLLM, SGLang and metron's own engine in the list of models.
 */
export async function contextLength({ setup, protocol }: PreparedTarget, plan: Plan): Promise<number | undefined> {
  const target = transportTarget(setup);
  const root = target.url.pathname.slice(0, -protocol.path.length);
  const ask = async (path: string): Promise<unknown> => {
    const url = new URL(target.url);
    url.pathname = path;
    const reply = await requestOnce({ ...target, url, method: 'GET' }, new Uint8Array(), patience);
    return reply.status === 200 ? parse(textOf(reply)) : undefined;
  };
  const slot = numberAt(await ask(`${root.replace(/\/v1$/, '')}/props`), ['default_generation_settings', 'n_ctx']);
  return slot ?? modelLength(await ask(`${root}/models`), plan.target.model);
}

function modelLength(list: unknown, model: string): number | undefined {
  const data = at(list, 'data');
  if (!Array.isArray(data)) return undefined;
  const found = data.find((entry) => at(entry, 'id') === model) ?? data[0];
  return numberAt(found, ['max_model_len']) ?? numberAt(found, ['context_length']);
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

function numberAt(value: unknown, path: readonly string[]): number | undefined {
  const found = path.reduce(at, value);
  return typeof found === 'number' && found > 0 ? found : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
