/**
 * Compares what metron recorded with what llama.cpp says of the same requests. The server's account
 * comes with each answer (`timings`): it counts tokens where they are made and stamps its own clock.
 *
 * Each rule is one test over all completed requests: what it says, which requests it can judge, and
 * why a request breaks it (nothing if it does not).
 */
const decodeTolerance = 0.05;
/** Shorter answers take so little time that a scheduler's hiccup is more than the tolerance. */
const longAnswer = 64;

export const rules = [
  {
    says: 'tokens generated: the server’s predicted_n = usage = our total',
    breach: ({ output, serverTiming: { predicted_n: made } }) =>
      (output.reported !== made || output.total !== made) &&
      `predicted_n ${made}, usage ${output.reported}, our total ${output.total}`,
  },
  {
    says: 'chunks with content: within 1 of the tokens generated',
    breach: ({ arrivals, serverTiming: { predicted_n: made } }) =>
      Math.abs(arrivals.length - made) > 1 && `predicted_n ${made}, ${arrivals.length} chunks`,
  },
  {
    says: 'prompt tokens: usage = prompt_n + cache_n',
    breach: ({ prompt, serverTiming: { prompt_n: computed, cache_n: cached = 0 } }) =>
      prompt.reported !== computed + cached && `usage ${prompt.reported}, prompt_n ${computed} + cache_n ${cached}`,
  },
  {
    says: 'prefill: the server’s prompt_ms ≤ our time to first token',
    breach: ({ sentMs, arrivals, serverTiming: { prompt_ms: prefill } }) =>
      !(prefill <= arrivals[0] - sentMs) &&
      `prompt_ms ${prefill.toFixed(1)}, TTFT ${(arrivals[0] - sentMs).toFixed(1)} ms`,
  },
  {
    // llama.cpp starts this clock when the prompt is done and the first token sampled, and reads it
    // after the last: n − 1 gaps (an answer of one token has predicted_ms 0.001). So it is to be
    // compared with our last arrival minus our first as it stands, without a factor (n − 1)/n.
    says: `decode time: within 5 % of predicted_ms for answers of ≥ ${longAnswer} tokens`,
    judges: ({ serverTiming }) => serverTiming.predicted_n >= longAnswer,
    breach: ({ arrivals, serverTiming: { predicted_ms: served } }) =>
      !(Math.abs(decodeMs(arrivals) / served - 1) <= decodeTolerance) &&
      `predicted_ms ${served.toFixed(1)}, ours ${decodeMs(arrivals).toFixed(1)} ms`,
  },
];

export const decodeMs = (arrivals) => arrivals.at(-1) - arrivals[0];
