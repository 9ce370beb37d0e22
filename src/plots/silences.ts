import type { ScoredRequest } from './scored-request.ts';

/** A moment in which several open streams said nothing. Nanoseconds from the run's start. */
export interface Silence {
  readonly from: number;
  readonly to: number;
  readonly streams: number;
  /** A request with an unusually long prompt whose first token ended the silence, where there is one. */
  readonly endedBy?: { readonly id: number; readonly promptTokens: number };
}

interface Gap {
  readonly from: number;
  readonly to: number;
}

const together = 40e6;
/** A first token this soon after a silence came out of the step that ended it. */
const sameStep = 25e6;
const leastStreams = 4;
/** "Unusually long": this many times the run's median prompt. */
const longPrompt = 4;

/** Pauses longer than `shortest` that start before and end with each other, longest first. */
export function silences(requests: readonly ScoredRequest[], shortest: number): Silence[] {
  const gaps: Gap[] = [];
  for (const { times, origin } of requests) {
    for (let i = 1; i < times.length; i++) {
      const [from, to] = [times[i - 1] ?? 0, times[i] ?? 0];
      if (to - from > shortest) gaps.push({ from: from + origin, to: to + origin });
    }
  }
  gaps.sort((a, b) => a.to - b.to || a.from - b.from);
  const groups: Gap[][] = [];
  for (const gap of gaps) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && gap.to - last.to < together && gap.from < last.to) group.push(gap);
    else groups.push([gap]);
  }
  const cause = longPromptEnding(requests);
  return groups
    .filter((group) => group.length >= leastStreams)
    .map((group) => {
      const from = median(group.map((gap) => gap.from));
      const to = group.reduce((latest, gap) => Math.max(latest, gap.to), 0);
      const endedBy = cause(from, to);
      return { from, to, streams: group.length, ...(endedBy ? { endedBy } : {}) };
    })
    .sort((a, b) => (b.to - b.from) * b.streams - (a.to - a.from) * a.streams);
}

/**
 * The longest prompt whose first token came as the silence ended, if it is unusually long and no
 * longer one was still waiting then: an observation, not yet a cause.
 */
function longPromptEnding(
  requests: readonly ScoredRequest[],
): (from: number, to: number) => Silence['endedBy'] | undefined {
  const prompts = requests.flatMap(({ promptTokens }) => promptTokens ?? []);
  if (prompts.length === 0) return () => undefined;
  const long = median(prompts) * longPrompt;
  const candidates = requests
    .filter(({ times, promptTokens }) => times.length > 0 && (promptTokens ?? 0) >= long)
    .map(({ id, origin, times, promptTokens = 0 }) => ({
      id,
      promptTokens,
      due: origin,
      first: origin + (times[0] ?? 0),
    }));
  return (from, to) => {
    const waiting = candidates.filter(({ due, first }) => due < to && first > from + together);
    const most = waiting.reduce<(typeof candidates)[number] | undefined>(
      (best, each) => (best && best.promptTokens >= each.promptTokens ? best : each),
      undefined,
    );
    return most && most.first <= to + sameStep ? { id: most.id, promptTokens: most.promptTokens } : undefined;
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
