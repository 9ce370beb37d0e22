import { randomStream } from '../../core/random.ts';
import { toSeconds } from '../../core/units.ts';
import { Answer } from './answer.ts';
import { answerText } from './answer-text.ts';
import { ApiError } from './api-error.ts';
import { AnswerCollector, EventEncoder } from './event-encoder.ts';
import type { Exchange } from './exchange.ts';
import type { FaultEffects, FaultScene } from './fault.ts';
import { type AnswerPlan, planAnswer } from './plan-answer.ts';
import { blockHashes } from './prompt-tokens.ts';
import type { AnswerIdentity, CompletionCall, Ending, Protocol } from './protocol.ts';
import { readJson } from './read-json.ts';
import { faultModelPrefix, selectFaults } from './select-faults.ts';
import { type ServerState, secondsToReady } from './server-state.ts';
import { stopAt } from './stop-at.ts';
import type { PartSink, WireSink } from './stream-part.ts';

/** One completion request, from its body to the last byte of its answer. */
export async function serveCompletion(state: ServerState, protocol: Protocol, exchange: Exchange): Promise<void> {
  const body = await readJson(exchange.request);
  refuseUnready(state);
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
  if (!isServed(state, call.model)) {
    throw new ApiError(
      404,
      `the model "${call.model}" does not exist; this engine serves ${state.options.model}`,
      'model',
    );
  }
  const changed = effects.reduce((asked, effect) => effect.call?.(asked) ?? asked, call);
  if (!exchange.closed) submit(state, protocol, changed, effects, exchange);
}

const isServed = ({ options, adapters }: ServerState, model: string): boolean =>
  model === options.model || adapters.has(model) || model.startsWith(faultModelPrefix);

function refuseUnready(state: ServerState): void {
  const left = secondsToReady(state);
  const headers = { 'retry-after': Math.ceil(left) };
  if (left > 0) throw new ApiError(503, 'the model is still loading', undefined, headers);
  if (state.asleep) throw new ApiError(503, 'the engine is asleep; POST /wake_up wakes it');
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
  const random =
    call.seed === undefined ? randomStream(options.seed, `answer/${id}`) : randomStream(call.seed, 'answer of a seed');
  const wanted = effects.reduce(
    (planned, effect) => effect.plan?.(planned) ?? planned,
    planAnswer(call, options, random),
  );
  const { plan, next: text } = stopAt(wanted, answerText(random), call.stop);
  const sink = answerSink(protocol, call, effects, exchange);
  const streamed = call.stream && !effects.some(({ whole }) => whole);

  truth.engineId = id;
  truth.promptTokens = call.promptTokens.length;
  truth.askedTokens = plan.tokens;
  metrics.promptTokens += call.promptTokens.length;
  metrics.countAsked(call.maxTokens);
  const answer = new Answer({ state, call, exchange, sink, ending: endingOf(plan, call), text });
  if (!effects.some(({ keepsRunning }) => keepsRunning)) exchange.onClosed(() => driver.cancel(id));
  // A core may answer before it returns.
  if (streamed) exchange.hold();
  truth.submittedAt = driver.submit(
    {
      id,
      promptTokens: call.promptTokens.length,
      outputTokens: plan.tokens,
      priority: call.priority,
      ...(options.blockTokens > 0
        ? { blockHashes: blockHashes(call.promptTokens, options.blockTokens, call.cacheSalt) }
        : {}),
    },
    (emission) => answer.take(emission),
  );
  if (streamed && truth.status === 0) exchange.startStream(effects.find(({ sendHead }) => sendHead)?.sendHead);
}

const endingOf = ({ finishReason, stopReason }: AnswerPlan, { toolOnly }: CompletionCall): Ending => ({
  reason: toolOnly && finishReason === 'stop' ? 'tool_calls' : finishReason,
  ...(stopReason !== undefined && { stopReason }),
});

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
