import { randomStream } from '../../core/random.ts';
import { type Nanoseconds, toSeconds } from '../../core/units.ts';
import type { Emission } from '../core.ts';
import { answerText } from './answer-text.ts';
import { ApiError } from './api-error.ts';
import { AnswerCollector, EventEncoder, usageOf } from './event-encoder.ts';
import type { Exchange } from './exchange.ts';
import type { FaultEffects, FaultScene } from './fault.ts';
import { planAnswer } from './plan-answer.ts';
import { blockHashes } from './prompt-tokens.ts';
import type { AnswerIdentity, CompletionCall, Protocol } from './protocol.ts';
import { readJson } from './read-json.ts';
import { faultModelPrefix, selectFaults } from './select-faults.ts';
import type { ServerState } from './server-state.ts';
import type { PartSink, WireSink } from './stream-part.ts';

/** One completion request, from its body to the last byte of its answer. */
export async function serveCompletion(state: ServerState, protocol: Protocol, exchange: Exchange): Promise<void> {
  const body = await readJson(exchange.request);
  const call = await protocol.parse(body);
  const effects = injectFaults(state, call, body, exchange);
  for (const { prepare } of effects) prepare?.(exchange);
  refuseByFault(state, effects, exchange);
  const answerInstead = effects.find(({ answer }) => answer)?.answer;
  if (answerInstead) {
    exchange.truth.end = 'fault';
    answerInstead(exchange);
    return;
  }
  if (call.model !== state.options.model && !call.model.startsWith(faultModelPrefix)) {
    throw new ApiError(
      404,
      `the model "${call.model}" does not exist; this engine serves ${state.options.model}`,
      'model',
    );
  }
  const changed = effects.reduce((asked, effect) => effect.call?.(asked) ?? asked, call);
  if (!exchange.closed) submit(state, protocol, changed, effects, exchange);
}

function injectFaults(state: ServerState, call: CompletionCall, body: unknown, exchange: Exchange): FaultEffects[] {
  const ordinal = ++state.completions;
  const header = exchange.request.headers['x-sim-fault'];
  const selected = selectFaults({
    header: typeof header === 'string' ? header : undefined,
    model: call.model,
    rules: state.faultRules,
    ordinal,
    seconds: toSeconds(state.clock.now()),
    prompt: () => JSON.stringify(body),
    random: randomStream(state.options.seed, `faults/${ordinal}`),
  });
  exchange.truth.faults = selected.map(({ spec }) => spec);
  for (const { spec } of selected) state.metrics.countFault(spec.split(':', 1)[0] ?? '');
  return selected.map((one) => one.effects);
}

function refuseByFault(state: ServerState, effects: readonly FaultEffects[], exchange: Exchange): void {
  const scene: FaultScene = {
    waiting: state.driver.stats().waiting,
    seconds: toSeconds(state.clock.now()),
    tenant: exchange.request.headers.authorization ?? '',
    recall: (name, make) => {
      const kept = state.faultMemory.get(name) ?? make();
      state.faultMemory.set(name, kept);
      return kept as ReturnType<typeof make>;
    },
  };
  for (const { admit } of effects) {
    const refusal = admit?.(scene);
    if (!refusal) continue;
    exchange.truth.end = 'fault';
    throw refusal;
  }
}

function submit(
  state: ServerState,
  protocol: Protocol,
  call: CompletionCall,
  effects: readonly FaultEffects[],
  exchange: Exchange,
): void {
  const { driver, metrics, options } = state;
  const { truth } = exchange;
  const id = state.submitted++;
  const random = randomStream(options.seed, `answer/${id}`);
  const plan = effects.reduce(
    (planned, effect) => effect.plan?.(planned) ?? planned,
    planAnswer(call, options, random),
  );
  const sink = answerSink(protocol, call, effects, exchange);
  const streamed = call.stream && !effects.some(({ whole }) => whole);

  truth.engineId = id;
  truth.promptTokens = call.promptTokens.length;
  truth.askedTokens = plan.tokens;
  metrics.promptTokens += call.promptTokens.length;
  const answer = new Answer({ state, call, exchange, sink, finishReason: plan.finishReason, text: answerText(random) });
  if (!effects.some(({ keepsRunning }) => keepsRunning)) exchange.onClosed(() => driver.cancel(id));
  truth.submittedAt = driver.submit(
    {
      id,
      promptTokens: call.promptTokens.length,
      outputTokens: plan.tokens,
      priority: call.priority,
      ...(options.blockTokens > 0 ? { blockHashes: blockHashes(call.promptTokens, options.blockTokens) } : {}),
    },
    (emission) => answer.take(emission),
  );
  if (streamed && truth.status === 0) exchange.startStream(effects.find(({ sendHead }) => sendHead)?.sendHead);
}

/** The way an answer takes: parts, changed by faults, to events, changed by faults, to the socket. */
function answerSink(
  protocol: Protocol,
  call: CompletionCall,
  effects: readonly FaultEffects[],
  exchange: Exchange,
): PartSink {
  const identity: AnswerIdentity = {
    id: protocol.idPrefix + exchange.truth.id,
    created: Math.floor(Date.now() / 1e3),
    model: call.model,
  };
  let parts: PartSink;
  if (call.stream && !effects.some(({ whole }) => whole)) {
    let wire: WireSink = exchange;
    for (const effect of effects) wire = effect.wire?.(wire, exchange) ?? wire;
    parts = new EventEncoder(call, protocol.events(identity), wire);
  } else {
    parts = new AnswerCollector(call, (answer, mark) => exchange.wholeAnswer(protocol.json(identity, answer), mark));
  }
  for (const effect of effects) parts = effect.parts?.(parts, exchange) ?? parts;
  return parts;
}

interface AnswerContext {
  readonly state: ServerState;
  readonly call: CompletionCall;
  readonly exchange: Exchange;
  readonly sink: PartSink;
  readonly finishReason: string;
  readonly text: () => string;
}

/** Turns what the core reports about one request into the parts of its answer. */
class Answer {
  readonly #context: AnswerContext;
  #tokens = 0;
  #firstAt = 0;
  #lastAt = 0;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  take(emission: Emission): void {
    switch (emission.kind) {
      case 'tokens':
        this.#push(emission.tokens, emission.at);
        return;
      case 'finished':
        this.#context.exchange.together(() => this.#finish(emission.cachedTokens));
        return;
      case 'rejected':
        this.#reject(emission.reason);
        return;
      default:
        emission satisfies never;
    }
  }

  #push(tokens: number, due: Nanoseconds): void {
    const { state, exchange, sink, text } = this.#context;
    const now = state.clock.now();
    if (this.#tokens === 0) {
      this.#firstAt = now;
      state.metrics.countFirstToken(now - exchange.truth.arrivedAt, tokens);
      sink.push({ kind: 'role' });
    } else state.metrics.countTokens(now - this.#lastAt, tokens);
    this.#lastAt = now;
    this.#tokens += tokens;
    const texts = tokens === 1 ? [text()] : Array.from({ length: tokens }, text);
    sink.push({ kind: 'tokens', field: 'content', texts, due });
  }

  #finish(cachedTokens: number): void {
    const { state, call, exchange, sink, finishReason } = this.#context;
    exchange.truth.cachedTokens = cachedTokens;
    sink.push({ kind: 'finish', reason: finishReason });
    if (call.includeUsage || !call.stream) {
      sink.push({ kind: 'usage', usage: usageOf(call.promptTokens.length, this.#tokens, cachedTokens) });
    }
    sink.push({ kind: 'done' });
    sink.end();
    const decoding = this.#lastAt - this.#firstAt;
    state.metrics.countFinished(exchange.truth, finishReason, this.#tokens, decoding, state.clock.now());
  }

  #reject(reason: string): void {
    const { exchange, sink } = this.#context;
    const error = new ApiError(400, reason);
    exchange.truth.end = 'refused';
    if (exchange.truth.status === 0) {
      exchange.json(error.status, error.body());
      return;
    }
    sink.push({ kind: 'raw', text: `data: ${JSON.stringify(error.body())}\n\n` });
    sink.push({ kind: 'done' });
    sink.end();
  }
}
