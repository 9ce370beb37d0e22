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
  /** How many of them a prefix cache answered, as the server says. */
  readonly cached: number;
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

/** First-token times out of the records of a profile; what failed is set aside with its reason. */
export function prefillSamples(records: Iterable<RequestRecord>): PrefillSamples {
  const reader = new TimelineReader({ chunks: 'burst', channel: 'any', from: 'sent' });
  const usable: PrefillSample[] = [];
  const unusable: UnusableSample[] = [];
  for (const record of records) {
    const { id, outcome, prompt } = record;
    const asked = prompt.asked ?? prompt.local ?? prompt.reported ?? 0;
    const { origin, times, length, promptTokens = asked, cachedTokens } = reader.read(record);
    const reason = unusableBecause(record, length);
    if (reason === undefined) {
      const waited = ((times[0] ?? origin) - origin) / nanosecondsPerMillisecond;
      usable.push({ id, asked, tokens: promptTokens, cached: Math.min(cachedTokens, promptTokens), time_ms: waited });
    } else unusable.push({ id, asked, reason: outcome.status === 'completed' ? reason : outcomeClass(outcome) });
  }
  return { usable, unusable };
}

function unusableBecause({ outcome }: RequestRecord, tokens: number): string | undefined {
  if (outcome.status !== 'completed') return outcome.status;
  return tokens === 0 ? 'no token' : undefined;
}
