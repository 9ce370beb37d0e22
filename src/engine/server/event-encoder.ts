import { encodeText } from './prompt-tokens.ts';
import type { CompletionCall, EventWriter, TokenDetail } from './protocol.ts';
import type { PartSink, StreamPart, TokenField, TokenMark, WireSink, WireUsage } from './stream-part.ts';
import { tokenLogprobs } from './token-logprobs.ts';

export const usageOf = (promptTokens: number, completionTokens: number, cachedTokens = 0): WireUsage => ({
  prompt_tokens: promptTokens,
  total_tokens: promptTokens + completionTokens,
  completion_tokens: completionTokens,
  ...(cachedTokens > 0 ? { prompt_tokens_details: { cached_tokens: cachedTokens } } : {}),
});

const noMarks: readonly TokenMark[] = [];

const idsByText = new Map<string, readonly number[]>();

/** Token ids of answer texts; the vocabulary of answers is small and each is encoded once. */
function idsOf(texts: readonly string[]): number[] {
  return texts.flatMap((text) => {
    let ids = idsByText.get(text);
    if (!ids) {
      ids = encodeText(text);
      idsByText.set(text, ids);
    }
    return ids;
  });
}

/** Only what was asked for: most requests ask for nothing, and pay nothing. */
export function detailOf(
  { returnTokenIds, logprobs }: CompletionCall,
  texts: readonly string[],
): TokenDetail | undefined {
  if (!returnTokenIds && logprobs === undefined) return undefined;
  return {
    ...(returnTokenIds && { ids: idsOf(texts) }),
    ...(logprobs !== undefined && { logprobs: tokenLogprobs(texts, logprobs) }),
  };
}

/** Turns the parts of an answer into server-sent events, one write an event. */
export class EventEncoder implements PartSink {
  readonly #call: CompletionCall;
  readonly #events: EventWriter;
  readonly #wire: WireSink;
  /** Most requests ask for neither, and each token then costs no look at the request. */
  readonly #tellsDetail: boolean;
  readonly #tellsUsage: boolean;
  #tokens = 0;

  constructor(call: CompletionCall, events: EventWriter, wire: WireSink) {
    this.#call = call;
    this.#events = events;
    this.#wire = wire;
    this.#tellsDetail = call.returnTokenIds || call.logprobs !== undefined;
    this.#tellsUsage = call.continuousUsage;
  }

  push(part: StreamPart): void {
    switch (part.kind) {
      case 'tokens':
        this.#pushTokens(part.field, part.texts, part.due);
        return;
      case 'role': {
        const event = this.#events.role(this.#usage());
        if (event !== undefined) this.#wire.write(event, noMarks);
        return;
      }
      case 'finish':
        this.#wire.write(this.#events.finish(part, this.#usage()), noMarks);
        return;
      case 'usage':
        this.#wire.write(this.#events.usage(part.usage), noMarks);
        return;
      case 'done':
        this.#wire.write('data: [DONE]\n\n', noMarks);
        return;
      case 'raw':
        this.#wire.write(part.text, noMarks);
        return;
      default:
        part satisfies never;
    }
  }

  end(): void {
    this.#wire.end();
  }

  #pushTokens(field: TokenField, texts: readonly string[], due: number): void {
    this.#tokens += texts.length;
    const text = texts.length === 1 ? (texts[0] ?? '') : texts.join('');
    const detail = this.#tellsDetail ? detailOf(this.#call, texts) : undefined;
    this.#wire.write(this.#events.tokens(field, text, detail, this.#usage()), [{ tokens: texts.length, due }]);
  }

  #usage(): WireUsage | undefined {
    return this.#tellsUsage ? usageOf(this.#call.promptTokens.length, this.#tokens) : undefined;
  }
}
