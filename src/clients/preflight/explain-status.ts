import { exitCodes, MetronError } from '../../core/errors.ts';
import { isObject } from '../protocols/json.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { placeOf } from './explain-connection.ts';

export interface Refusal {
  readonly target: TransportTarget;
  readonly model: string;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** The body, free of secrets. */
  readonly text: string;
  readonly models: readonly string[] | undefined;
}

/** What a status other than 200 says about the target or about what was asked. */
export function explainStatus(refusal: Refusal): MetronError {
  const { status, headers, target } = refusal;
  if (status >= 300 && status < 400) {
    return new MetronError(
      'REDIRECTED',
      `${placeOf(target)} redirects to ${headers.get('location') ?? 'another place'}`,
      {
        hint: 'give that address as --url: metron follows no redirects, since they would be measured too',
      },
    );
  }
  if (status === 401 || status === 403) return unauthorized(refusal);
  if (blamesModel(refusal)) return unknownModel(refusal.model, refusal.models, words(refusal.text));
  if (status === 404 || status === 405) return wrongPath(refusal);
  if (status === 429) {
    const wait = headers.get('retry-after');
    return failed(
      refusal,
      'THROTTLED',
      'is throttling',
      wait ? `it asks to retry after ${wait} s` : 'lower the load on it',
    );
  }
  if (status >= 500) {
    return failed(refusal, 'TARGET_FAILED', 'fails', 'if it is still starting, --wait-ready 5m waits for it');
  }
  return new MetronError('REFUSED', `${placeOf(target)} refuses the request: ${said(refusal)}`, {
    hint: 'check target.body and target.forceLength in the plan',
  });
}

export function unknownModel(model: string, models: readonly string[] | undefined, detail: string): MetronError {
  const known = models?.length ? `it has ${listed(models)}` : 'ask its /models for the names it knows';
  return new MetronError('UNKNOWN_MODEL', `the server does not know the model "${model}"`, {
    hint: detail && !models?.length ? `${known} (it says: ${detail})` : known,
  });
}

function listed(models: readonly string[]): string {
  const shown = models.slice(0, 8).join(', ');
  return models.length > 8 ? `${shown} and ${models.length - 8} more` : shown;
}

function unauthorized(refusal: Refusal): MetronError {
  const sent = Object.keys(refusal.target.headers).some((name) => name.toLowerCase() === 'authorization');
  return new MetronError('UNAUTHORIZED', `${placeOf(refusal.target)} refuses the credentials: ${said(refusal)}`, {
    hint: sent
      ? 'does the variable that --api-key-env names hold the right key?'
      : 'put the key into an environment variable and name it with --api-key-env',
  });
}

function blamesModel({ status, text, model, models }: Refusal): boolean {
  if (status !== 400 && status !== 404 && status !== 422) return false;
  if (/model[_ ]not[_ ]found|unknown model|no such model|(invalid|unsupported) model/i.test(text)) return true;
  if (/\bmodel\b/i.test(text) && text.includes(model) && /not (exist|found|available|supported|loaded)/i.test(text))
    return true;
  return status === 404 && models !== undefined && models.length > 0 && !models.includes(model);
}

function wrongPath(refusal: Refusal): MetronError {
  const { url } = refusal.target;
  const hint = /\/v\d+\//.test(url.pathname)
    ? 'is this server an OpenAI-compatible one, and --protocol the one it serves?'
    : `most servers want the suffix /v1: try --url ${url.origin}/v1`;
  return new MetronError('WRONG_PATH', `there is nothing at ${placeOf(refusal.target)} (${refusal.status})`, { hint });
}

function failed(refusal: Refusal, code: string, does: string, hint: string): MetronError {
  return new MetronError(code, `${placeOf(refusal.target)} ${does}: ${said(refusal)}`, {
    exitCode: exitCodes.targetFailed,
    hint,
  });
}

function said({ status, text }: Refusal): string {
  const message = words(text);
  return message ? `${status}, ${message}` : String(status);
}

/** The server's own sentence, whatever form of error body it has; nothing of a web page. */
function words(text: string): string {
  if (/^\s*</.test(text)) return '';
  const line = (messageIn(parsed(text)) ?? text).replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 197)}…`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageIn(json: unknown): string | undefined {
  if (!isObject(json)) return undefined;
  for (const key of ['message', 'error', 'detail']) {
    const value = json[key];
    if (typeof value === 'string') return value;
    const inner = messageIn(value);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
