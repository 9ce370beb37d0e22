import { detailOf } from './event-encoder.ts';
import type { CompletionCall, Ending, WholeAnswer } from './protocol.ts';
import type { PartSink, StreamPart, TokenField, TokenMark, WireUsage } from './stream-part.ts';

export type OnCollected = (answer: WholeAnswer, mark: TokenMark, usage: WireUsage | undefined) => void;

/** Collects the parts of an answer that is sent whole. */
export class AnswerCollector implements PartSink {
  readonly #call: CompletionCall;
  readonly #finished: OnCollected;
  readonly #texts: Record<TokenField, string[]> = { content: [], reasoning: [], tool: [] };
  #ending: Ending = { reason: 'stop' };
  #usage: WireUsage | undefined;
  #tokens = 0;
  #due = 0;

  constructor(call: CompletionCall, finished: OnCollected) {
    this.#call = call;
    this.#finished = finished;
  }

  push(part: StreamPart): void {
    if (part.kind === 'tokens') {
      this.#texts[part.field].push(...part.texts);
      this.#tokens += part.texts.length;
      this.#due = part.due;
    } else if (part.kind === 'finish') this.#ending = part;
    else if (part.kind === 'usage') this.#usage = part.usage;
  }

  end(): void {
    const { content, reasoning, tool } = this.#texts;
    const answer: WholeAnswer = {
      texts: { content: content.join(''), reasoning: reasoning.join(''), tool: tool.join('') },
      ending: this.#ending,
      detail: detailOf(this.#call, [...reasoning, ...content, ...tool]),
    };
    this.#finished(answer, { tokens: this.#tokens, due: this.#due }, this.#usage);
  }
}
