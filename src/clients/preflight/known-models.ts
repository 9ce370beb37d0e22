import { seconds } from '../../core/units.ts';
import { isObject } from '../protocols/json.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { requestOnce, textOf } from './request-once.ts';

const patience = seconds(5);

/** The models the server lists, if it lists any. `path` is the protocol's, at the end of the target's URL. */
export async function knownModels(target: TransportTarget, path: string): Promise<readonly string[] | undefined> {
  const url = new URL(target.url);
  if (!url.pathname.endsWith(path)) return undefined;
  url.pathname = `${url.pathname.slice(0, -path.length)}/models`;
  const reply = await requestOnce({ ...target, url, method: 'GET' }, new Uint8Array(), patience);
  if (reply.status !== 200) return undefined;
  try {
    return readList(JSON.parse(textOf(reply)));
  } catch {
    return undefined;
  }
}

function readList(json: unknown): readonly string[] | undefined {
  const list = isObject(json) ? json.data : json;
  if (!Array.isArray(list)) return undefined;
  const names = list.filter(isObject).map(({ id }) => id);
  return names.filter((name) => typeof name === 'string');
}
