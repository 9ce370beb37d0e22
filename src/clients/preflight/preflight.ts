import { exitCodes, MetronError } from '../../core/errors.ts';
import { createNamedRedactor } from '../../core/redaction.ts';
import { ProtocolError } from '../../core/stream.ts';
import { elapsed, type Nanoseconds, seconds, toSeconds } from '../../core/units.ts';
import { chosenLengthParameters } from '../protocols/length-parameters.ts';
import type { ModelRequest, ProtocolDefinition } from '../protocols/protocol.ts';
import type { HttpVersion, TransportTarget } from '../transport/transport.ts';
import { withoutRefusedFields } from './accepted-fields.ts';
import { explainConnection, placeOf } from './explain-connection.ts';
import { explainStatus, unknownModel } from './explain-status.ts';
import { knownModels } from './known-models.ts';
import { type Observation, observe } from './observe.ts';
import { type Reply, requestOnce, textOf } from './request-once.ts';

/** What is asked; prompt and length have small defaults. */
export interface PreflightRequest extends Partial<Omit<ModelRequest, 'forceLength'>> {
  readonly model: string;
  readonly forceLength?: 'auto' | 'none' | readonly string[];
}

export interface PreflightOptions {
  /** Longest wait for the whole answer. */
  readonly timeout?: Nanoseconds;
  readonly signal?: AbortSignal;
}

/** Facts about the target that one small request brought to light; kept with the run as JSON. */
export interface PreflightResult extends Observation {
  /** Length parameters that the server accepts: what the run shall send. */
  readonly forceLength: readonly string[];
  /** Body fields that the server accepts; one it refuses is `undefined` here. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** The answer had exactly the asked length; absent if it was not asked or not counted. */
  readonly lengthHonoured?: boolean;
  /** The version that the server was spoken to in. */
  readonly http: HttpVersion;
  /** The `server` header. */
  readonly server?: string;
  /** The models the server lists. */
  readonly models?: readonly string[];
  /** From the send to the end of the answer. */
  readonly duration_ns: Nanoseconds;
  /** What the user should know although nothing failed, one sentence each. */
  readonly warnings: readonly string[];
}

const small = { prompt: 'Count from one to twenty in words.', maxTokens: 16, extra: {} };
const mostAttempts = 6;

/** One small real request before the clock starts. Everything that would spoil the run is told here, in one sentence. */
export async function preflight(
  target: TransportTarget,
  protocol: ProtocolDefinition,
  asked: PreflightRequest,
  options: PreflightOptions = {},
): Promise<PreflightResult> {
  const { timeout = seconds(60), signal } = options;
  const first = { ...small, ...asked, forceLength: chosenLengthParameters(asked.forceLength ?? 'auto') };
  const { request, reply } = await askWithAcceptedFields(target, protocol, first, timeout, signal);
  signal?.throwIfAborted();
  const broken = explainConnection(target, reply, `${toSeconds(timeout)} s`);
  if (broken) throw cleaned(broken, target);
  const models = await knownModels({ ...target, http: reply.http }, protocol.path);
  const observation = judge(target, protocol, request.model, reply, models);
  const warnings = warningsOf(observation, request, first, models);
  const server = reply.headers.get('server');
  const lengthHonoured = lengthKept(observation, request);
  return {
    ...observation,
    forceLength: request.forceLength,
    extra: request.extra,
    ...(lengthHonoured !== undefined && { lengthHonoured }),
    http: reply.http,
    ...(server !== undefined && { server }),
    ...(models && { models }),
    duration_ns: elapsed(reply.sentAt ?? reply.endedAt, reply.endedAt),
    warnings,
  };
}

/** Asks again with less as long as the server complains of a field it does not know. */
async function askWithAcceptedFields(
  target: TransportTarget,
  protocol: ProtocolDefinition,
  asked: ModelRequest,
  timeout: Nanoseconds,
  signal: AbortSignal | undefined,
): Promise<{ request: ModelRequest; reply: Reply }> {
  let request = asked;
  for (let attempt = 1; ; attempt++) {
    const body = Buffer.from(JSON.stringify(protocol.body(request)));
    const reply = await requestOnce(target, body, timeout, signal);
    const refused = reply.status === 400 || reply.status === 422;
    const less = refused && attempt < mostAttempts ? withoutRefusedFields(request, textOf(reply)) : undefined;
    if (!less) return { request, reply };
    request = less;
  }
}

function judge(
  target: TransportTarget,
  protocol: ProtocolDefinition,
  model: string,
  reply: Reply,
  models: readonly string[] | undefined,
): Observation {
  const { status = 0, headers } = reply;
  const text = redactorOf(target)(textOf(reply));
  if (status !== 200) throw explainStatus({ target, model, status, headers, text, models });
  const observation = understood(target, protocol, reply);
  if (observation.error !== undefined) {
    const error = redactorOf(target)(observation.error);
    if (/model/i.test(error) && /not (exist|found)/i.test(error)) throw unknownModel(model, models, error);
    throw targetFailed(
      'IN_BAND_ERROR',
      `${placeOf(target)} reports an error inside its answer: ${error}`,
      "the server's log should say more",
    );
  }
  if (observation.chunks === 0) {
    throw targetFailed(
      'NO_TOKENS',
      `${placeOf(target)} answers without a single token`,
      'is the model a generating one?',
    );
  }
  return observation;
}

function understood(target: TransportTarget, protocol: ProtocolDefinition, reply: Reply): Observation {
  if (reply.headers.get('content-type')?.includes('text/html')) {
    throw new MetronError('WRONG_PATH', `${placeOf(target)} is a web page, not an API`, {
      hint: `most servers want the suffix /v1: try --url ${target.url.origin}/v1`,
    });
  }
  try {
    return observe(reply, protocol);
  } catch (cause) {
    if (!(cause instanceof ProtocolError) && !(cause instanceof SyntaxError)) throw cause;
    const detail = redactorOf(target)(cause.message);
    throw targetFailed(
      'NOT_A_STREAM',
      `the answer of ${placeOf(target)} is not a stream of ${protocol.kind}: ${detail}`,
      'does --protocol name what the server speaks?',
    );
  }
}

function warningsOf(
  { streaming, usage, whole, tokens }: Observation,
  request: ModelRequest,
  asked: ModelRequest,
  models: readonly string[] | undefined,
): string[] {
  const dropped = asked.forceLength.filter((kind) => !request.forceLength.includes(kind));
  const warnings: (string | false)[] = [
    !streaming && 'the server does not stream: its answer came all at once, so fluidity says nothing about it',
    !usage && 'the server does not count tokens (no usage); they are counted here',
    !whole && 'the stream ended without [DONE] and without a finish reason',
    dropped.length > 0 && `the server refuses ${dropped.join(', ')}; the run goes without`,
    lengthKept({ tokens }, request) === false &&
      `${request.maxTokens} tokens were asked and ${tokens} came: lengths are not forced`,
    models !== undefined &&
      models.length > 0 &&
      !models.includes(request.model) &&
      `the server answers to "${request.model}", which is not among its models (${models.slice(0, 4).join(', ')})`,
  ];
  return warnings.filter((warning) => warning !== false);
}

function lengthKept({ tokens }: { tokens?: number | undefined }, request: ModelRequest): boolean | undefined {
  if (tokens === undefined || request.maxTokens === undefined || request.forceLength.length === 0) return undefined;
  return tokens === request.maxTokens;
}

const targetFailed = (code: string, message: string, hint: string): MetronError =>
  new MetronError(code, message, { exitCode: exitCodes.targetFailed, hint });

const redactorOf = (target: TransportTarget) => createNamedRedactor(secretsOf(target));

/** Values of headers that hold credentials by their name. */
function secretsOf({ headers }: TransportTarget): string[] {
  return Object.entries(headers)
    .filter(([name]) => /authorization|key|token|secret|cookie/i.test(name))
    .map(([, value]) => value);
}

function cleaned(error: MetronError, target: TransportTarget): MetronError {
  const { code, exitCode, hint } = error;
  const message = redactorOf(target)(error.message);
  return new MetronError(code, message, { exitCode, ...(hint !== undefined && { hint }) });
}
