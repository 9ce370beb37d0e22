import type { Nanoseconds } from '../../core/units.ts';
import type { Emission } from '../core.ts';
import { ApiError } from './api-error.ts';
import { usageOf } from './event-encoder.ts';
import type { Exchange } from './exchange.ts';
import type { CompletionCall, Ending } from './protocol.ts';
import type { ServerState } from './server-state.ts';
import type { PartSink, TokenField } from './stream-part.ts';

interface AnswerContext {
  readonly state: ServerState;
  readonly call: CompletionCall;
  readonly exchange: Exchange;
  readonly sink: PartSink;
  readonly ending: Ending;
  readonly text: () => string;
}

/** Turns what the core reports about one request into the parts of its answer. */
export class Answer {
  readonly #context: AnswerContext;
  /** Looked up once: this is walked for every token of every stream. */
  readonly #field: TokenField;
  readonly #splits: boolean;
  #tokens = 0;
  #firstAt = 0;
  #firstDue = 0;
  #lastAt = 0;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#field = context.call.toolOnly ? 'tool' : 'content';
    this.#splits = context.state.options.splitBursts === true;
  }

  take(emission: Emission): void {
    switch (emission.kind) {
      case 'tokens':
        this.#push(emission.tokens, emission.at);
        return;
      case 'finished':
        this.#context.exchange.together(() => this.#finish(emission));
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
      this.#firstDue = due;
      state.metrics.countFirstToken(now - exchange.truth.arrivedAt, tokens);
      sink.push({ kind: 'role' });
    } else state.metrics.countTokens(now - this.#lastAt, tokens);
    this.#lastAt = now;
    this.#tokens += tokens;
    const texts = tokens === 1 ? [text()] : Array.from({ length: tokens }, text);
    if (tokens === 1 || !this.#splits) sink.push({ kind: 'tokens', field: this.#field, texts, due });
    else for (const one of texts) sink.push({ kind: 'tokens', field: this.#field, texts: [one], due });
  }

  #finish({ cachedTokens, at, scheduledAt }: Extract<Emission, { kind: 'finished' }>): void {
    const { state, call, exchange, sink, ending } = this.#context;
    exchange.truth.cachedTokens = cachedTokens;
    sink.push({ kind: 'finish', ...ending });
    if (call.includeUsage || !call.stream) {
      sink.push({ kind: 'usage', usage: usageOf(call.promptTokens.length, this.#tokens, cachedTokens) });
    }
    sink.push({ kind: 'done' });
    sink.end();
    state.metrics.countFinished(exchange.truth, {
      reason: ending.reason,
      tokens: this.#tokens,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      endedAt: state.clock.now(),
      engine: { scheduledAt, firstAt: this.#firstDue, endedAt: at },
    });
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
