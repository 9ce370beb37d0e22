import { type Random, randomStream } from '../../core/random.ts';
import { toSeconds } from '../../core/units.ts';
import type { EngineRequest } from '../core.ts';
import { Answer } from './answer.ts';
import { answerSinks } from './answer-sinks.ts';
import { answerText } from './answer-text.ts';
import { ApiError } from './api-error.ts';
import type { Exchange } from './exchange.ts';
import type { FaultEffects, FaultScene } from './fault.ts';
import { type AnswerPlan, planAnswer } from './plan-answer.ts';
import { blockHashes } from './prompt-tokens.ts';
import type { CompletionCall, Ending, Protocol } from './protocol.ts';
import { readJson } from './read-json.ts';
import { faultModelPrefix, selectFaults } from './select-faults.ts';
import { type ServerState, secondsToReady } from './server-state.ts';
import { stopAt } from './stop-at.ts';

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
  const { driver, metrics } = state;
  const { truth } = exchange;
  const planned = Array.from({ length: call.choices }, (_, index) => planChoice(state, call, effects, index));
  const sinks = answerSinks(protocol, call, effects, exchange);
  const answers = sinks.flatMap((sink, index) => {
    const choice = planned[index];
    if (!choice) return [];
    const { id, plan, text } = choice;
    return [{ id, plan, answer: new Answer({ state, call, exchange, sink, ending: endingOf(plan, call), text }) }];
  });
  const streamed = call.stream && !effects.some(({ whole }) => whole);

  for (const { id } of answers) truth.engineId ??= id;
  truth.promptTokens = call.promptTokens.length;
  truth.askedTokens = answers.reduce((sum, { plan }) => sum + plan.tokens, 0);
  metrics.promptTokens += call.promptTokens.length;
  metrics.countAsked(call);
  if (!effects.some(({ keepsRunning }) => keepsRunning)) {
    exchange.onClosed(() => {
      for (const { id } of answers) driver.cancel(id);
    });
  }
  // A core may answer before it returns.
  if (streamed) exchange.hold();
  for (const { id, plan, answer } of answers) {
    const at = driver.submit(engineRequest(state, call, id, plan), (emission) => answer.take(emission));
    truth.submittedAt ??= at;
    if (truth.end === 'refused') break;
  }
  if (streamed && truth.status === 0) exchange.startStream(effects.find(({ sendHead }) => sendHead)?.sendHead);
}

/** How long one of the answers will be, and its text. */
function planChoice(state: ServerState, call: CompletionCall, effects: readonly FaultEffects[], index: number) {
  const id = state.submitted++;
  const random = answerStream(state, call, id, index);
  const wanted = effects.reduce(
    (planned, effect) => effect.plan?.(planned) ?? planned,
    planAnswer(call, state.options, random),
  );
  const { plan, next: text } = stopAt(wanted, answerText(random), call.stop);
  return { id, plan, text };
}

/** The same seed, the same answers; without one, each answer of the engine has a stream of its own. */
function answerStream({ options }: ServerState, { seed }: CompletionCall, id: number, index: number): Random {
  if (seed === undefined) return randomStream(options.seed, `answer/${id}`);
  return randomStream(seed, index === 0 ? 'answer of a seed' : `answer ${index} of a seed`);
}

const engineRequest = (
  { options }: ServerState,
  { promptTokens, priority, cacheSalt }: CompletionCall,
  id: number,
  { tokens }: AnswerPlan,
): EngineRequest => ({
  id,
  promptTokens: promptTokens.length,
  outputTokens: tokens,
  priority,
  ...(options.blockTokens > 0 && { blockHashes: blockHashes(promptTokens, options.blockTokens, cacheSalt) }),
});

const endingOf = ({ finishReason, stopReason }: AnswerPlan, { toolOnly }: CompletionCall): Ending => ({
  reason: toolOnly && finishReason === 'stop' ? 'tool_calls' : finishReason,
  ...(stopReason !== undefined && { stopReason }),
});
