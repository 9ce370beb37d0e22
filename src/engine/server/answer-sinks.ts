import { AnswerCollector } from './answer-collector.ts';
import { EventEncoder } from './event-encoder.ts';
import type { Exchange } from './exchange.ts';
import type { FaultEffects } from './fault.ts';
import type { AnswerIdentity, CompletionCall, Protocol, WholeAnswer } from './protocol.ts';
import type { PartSink, TokenMark, WireSink, WireUsage } from './stream-part.ts';

/** The way of each choice's answer: parts, changed by faults, to events, changed by faults, to the socket. */
export function answerSinks(
  protocol: Protocol,
  call: CompletionCall,
  effects: readonly FaultEffects[],
  exchange: Exchange,
): PartSink[] {
  const identity: AnswerIdentity = {
    id: protocol.idPrefix + exchange.truth.id,
    created: Math.floor(Date.now() / 1e3),
    model: call.model,
  };
  const isWhole = !call.stream || effects.some(({ whole }) => whole);
  const sinks = isWhole
    ? collected(protocol, identity, call, exchange)
    : streamed(protocol, identity, call, wireOf(effects, exchange));
  return sinks.map((sink) => effects.reduce((next, effect) => effect.parts?.(next, exchange) ?? next, sink));
}

function wireOf(effects: readonly FaultEffects[], exchange: Exchange): WireSink {
  let wire: WireSink = exchange;
  for (const effect of effects) wire = effect.wire?.(wire, exchange) ?? wire;
  return wire;
}

function streamed(protocol: Protocol, identity: AnswerIdentity, call: CompletionCall, wire: WireSink): PartSink[] {
  const encoders = Array.from(
    { length: call.choices },
    (_, index): PartSink => new EventEncoder(call, protocol.events(identity, index), wire),
  );
  return encoders.length === 1 ? encoders : endingTogether(encoders);
}

/** What ends a stream comes once, after the last choice: the usage of all, [DONE], the end. */
function endingTogether(encoders: readonly PartSink[]): PartSink[] {
  const usages: WireUsage[] = [];
  let open = encoders.length;
  let isDone = false;
  return encoders.map((encoder) => ({
    push: (part) => {
      if (part.kind === 'usage') usages.push(part.usage);
      else if (part.kind === 'done') isDone = true;
      else encoder.push(part);
    },
    end: () => {
      if (--open > 0) return;
      const usage = together(usages);
      if (usage) encoder.push({ kind: 'usage', usage });
      if (isDone) encoder.push({ kind: 'done' });
      encoder.end();
    },
  }));
}

function collected(protocol: Protocol, identity: AnswerIdentity, call: CompletionCall, exchange: Exchange): PartSink[] {
  const answers: WholeAnswer[] = new Array(call.choices);
  const usages: WireUsage[] = [];
  const marks: TokenMark[] = [];
  return Array.from(answers, (_, index) => {
    return new AnswerCollector(call, (answer, mark, usage) => {
      answers[index] = answer;
      marks.push(mark);
      if (usage) usages.push(usage);
      if (marks.length < answers.length) return;
      const tokens = marks.reduce((sum, one) => sum + one.tokens, 0);
      exchange.wholeAnswer(protocol.json(identity, answers, together(usages)), { tokens, due: mark.due });
    });
  });
}

/** The prompt counts once, the answers each. */
function together(usages: readonly WireUsage[]): WireUsage | undefined {
  const [first, ...others] = usages;
  if (!first) return undefined;
  const more = others.reduce((sum, usage) => sum + usage.completion_tokens, 0);
  return others.length === 0
    ? first
    : {
        ...first,
        completion_tokens: first.completion_tokens + more,
        total_tokens: first.total_tokens + more,
      };
}
