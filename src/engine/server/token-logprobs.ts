/** What a request for logprobs gets: made up, but the same for the same text, and in the API's shape. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  /** The likeliest tokens at this place, the chosen one first. */
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

const alternatives = [' the', ' a', ' and', ' of', ' to', ' in', ' is', ' that', ' it', ' was'];
const mostAlternatives = 20;

export function tokenLogprobs(texts: readonly string[], top: number): TokenLogprob[] {
  return texts.map((token) => {
    const logprob = -0.01 - (hash(token) % 1000) / 1500;
    const others = Array.from({ length: Math.min(top, mostAlternatives) - 1 }, (_, i) => ({
      token: alternatives[(hash(token) + i) % alternatives.length] ?? '',
      logprob: logprob - 1.5 - i / 2,
    }));
    return { token, logprob, top: top === 0 ? [] : [{ token, logprob }, ...others] };
  });
}

function hash(text: string): number {
  let value = 7;
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) >>> 0;
  return value;
}

const bytesOf = (token: string): number[] => [...new TextEncoder().encode(token)];

/** The shape of chat completions. */
export const chatLogprobs = (tokens: readonly TokenLogprob[]): object => ({
  content: tokens.map(({ token, logprob, top }) => ({
    token,
    logprob,
    bytes: bytesOf(token),
    top_logprobs: top.map((one) => ({ ...one, bytes: bytesOf(one.token) })),
  })),
});

/** The shape of completions; `offset` is where the first token's text begins in the answer. */
export function completionLogprobs(tokens: readonly TokenLogprob[], offset: number): object {
  const offsets: number[] = [];
  let at = offset;
  for (const { token } of tokens) {
    offsets.push(at);
    at += token.length;
  }
  return {
    text_offset: offsets,
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
  };
}
