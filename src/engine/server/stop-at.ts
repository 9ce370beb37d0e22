import type { AnswerPlan } from './plan-answer.ts';

export interface PlannedText {
  readonly plan: AnswerPlan;
  readonly next: () => string;
}

/**
 * Ends an answer with the token that completes one of the stop strings, and leaves that string out, as the
 * API says. Texts that only became superfluous afterwards are empty: their tokens were made all the same.
 */
export function stopAt(plan: AnswerPlan, next: () => string, stops: readonly string[]): PlannedText {
  if (stops.length === 0) return { plan, next };
  const texts: string[] = [];
  const longest = Math.max(...stops.map((stop) => stop.length));
  let text = '';
  while (texts.length < plan.tokens) {
    const token = next();
    texts.push(token);
    text += token;
    // Only what the new token completes can be new.
    const from = Math.max(0, text.length - token.length - longest + 1);
    const found = stops
      .map((stop) => ({ stop, at: text.indexOf(stop, from) }))
      .filter(({ at }) => at !== -1)
      .sort((a, b) => a.at - b.at)[0];
    if (!found) continue;
    return {
      plan: { tokens: texts.length, finishReason: 'stop', stopReason: found.stop },
      next: reader(cutTo(texts, found.at)),
    };
  }
  return { plan, next: reader(texts) };
}

function cutTo(texts: readonly string[], length: number): string[] {
  let left = length;
  return texts.map((text) => {
    const kept = text.slice(0, left);
    left -= kept.length;
    return kept;
  });
}

function reader(texts: readonly string[]): () => string {
  let position = 0;
  return () => texts[position++] ?? '';
}
