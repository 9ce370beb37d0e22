import { outcomeClass, type RequestRecord } from '../core/record.ts';
import { nanosecondsPerMillisecond } from '../core/units.ts';
import { TimelineReader } from '../metrics/timeline.ts';

/** One isolated request of a profile. */
export interface PrefillSample {
  readonly id: number;
  /** Prompt tokens the plan asked for: repetitions of one length share it. */
  readonly asked: number;
  /** Prompt tokens as the server counted them, else as we did: what a deadline by the curve will see. */
  readonly tokens: number;
  /** From the send to the first token. */
  readonly time_ms: number;
}

export interface UnusableSample {
  readonly id: number;
  readonly asked: number;
  readonly reason: string;
}

export interface PrefillSamples {
  readonly usable: readonly PrefillSample[];
  readonly unusable: readonly UnusableSample[];
}

/** A cache that answers this little of a prompt, such as its template, is no reason to drop the sample. */
const toleratedCache = { tokens: 64, share: 0.05 };

/** First-token times out of the records of a profile; what failed or came from a cache is set aside with its reason. */
export function prefillSamples(records: Iterable<RequestRecord>, baseline_ms = 0): PrefillSamples {
  const reader = new TimelineReader({ chunks: 'burst', channel: 'any', from: 'sent' });
  const usable: PrefillSample[] = [];
  const unusable: UnusableSample[] = [];
  for (const record of records) {
    const { id, outcome, prompt } = record;
    const asked = prompt.asked ?? prompt.local ?? prompt.reported ?? 0;
    const { origin, times, length, promptTokens = asked } = reader.read(record);
    const reason = unusableBecause(record, length, promptTokens);
    if (reason === undefined) {
      const waited = ((times[0] ?? origin) - origin) / nanosecondsPerMillisecond;
      usable.push({ id, asked, tokens: promptTokens, time_ms: Math.max(0, waited - baseline_ms) });
    } else unusable.push({ id, asked, reason: outcome.status === 'completed' ? reason : outcomeClass(outcome) });
  }
  return { usable, unusable };
}

function unusableBecause({ outcome, prompt }: RequestRecord, tokens: number, promptTokens: number): string | undefined {
  if (outcome.status !== 'completed') return outcome.status;
  if (tokens === 0) return 'no token';
  const { cached = 0 } = prompt;
  if (cached <= Math.max(toleratedCache.tokens, toleratedCache.share * promptTokens)) return undefined;
  return `${cached} of ${promptTokens} prompt tokens came from a prefix cache`;
}
