import type { Answer } from './answer.ts';
import { leastToProve } from './binomial.ts';
import { FirstWave } from './first-wave.ts';
import { OtherChunkPolicies } from './other-chunk-policies.ts';
import type { ScorePolicy } from './policy.ts';
import { isExtrapolated } from './prefill-deadline.ts';
import type { Note, Summary } from './summary.ts';
import { divergenceLimit } from './token-tally.ts';

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}%`;

/** Above this error rate, percentiles of completed requests never stand alone (docs/metrics.md). */
const conditionalLimit = 0.05;
const burstyFrom = 1.2;
/** With fewer deadlines a single miss makes an answer not fluid at 0.9. */
const fewDeadlines = 10;

type Scored = Omit<Summary, 'notes'>;

/** Looks over the answers for what a reader must know before quoting a number. */
export class NoteTaker {
  readonly #policy: ScorePolicy;
  readonly #others: OtherChunkPolicies;
  readonly #firstWave = new FirstWave();
  #extrapolated = 0;
  #cached = 0;
  #short = 0;
  #resent = 0;

  constructor(policy: ScorePolicy) {
    this.#policy = policy;
    this.#others = new OtherChunkPolicies(policy);
  }

  add(answer: Answer): void {
    this.#others.add(answer);
    this.#firstWave.add(answer);
    if (answer.record.resends !== undefined) this.#resent++;
    if (answer.standing !== 'completed') return;
    if (isExtrapolated(this.#policy.prefillDeadline, answer.timeline.promptTokens)) this.#extrapolated++;
    if (this.#policy.prefillDeadline.kind === 'curve' && answer.timeline.cachedTokens > 0) this.#cached++;
    const { met, missed } = answer.deadlines;
    if (missed > 0 && met + missed < fewDeadlines) this.#short++;
  }

  notes(scored: Scored, loadModel: 'open' | 'closed' | undefined): Note[] {
    return [
      ...failureNotes(scored),
      ...tokenNotes(scored),
      ...this.#chunkPolicyNotes(scored),
      ...sampleNotes(scored),
      ...this.#answerNotes(),
      ...(loadModel === 'closed' ? [closedLoop, ...this.#firstWaveNotes()] : []),
    ];
  }

  #answerNotes(): Note[] {
    const notes: Note[] = [];
    if (this.#extrapolated > 0) {
      const text = `${this.#extrapolated} prompts lie outside the lengths the prefill curve was measured on: their first-token deadline is a guess`;
      notes.push({ level: 'warn', code: 'curve-extrapolated', text });
    }
    if (this.#cached > 0) {
      const text = `a prefix cache answered part of ${this.#cached} prompts: the curve gives their first token the time of what was left to compute`;
      notes.push({ level: 'info', code: 'cache-aware-deadline', text });
    }
    if (this.#resent > 0) {
      const text = `${this.#resent} requests went again on a new connection: the server closed the one it had kept before it answered; their times count from the first try`;
      notes.push({ level: 'info', code: 'sent-again', text });
    }
    if (this.#short > 0) {
      const text = `${this.#short} answers with a miss had fewer than ${fewDeadlines} deadlines: there one miss alone decides`;
      notes.push({ level: 'info', code: 'short-answers', text });
    }
    return notes;
  }

  #firstWaveNotes(): Note[] {
    const { waits } = this.#firstWave;
    if (!waits) return [];
    const { users, first, after, later } = waits;
    const text = `the first request of each user (${users}) waited ${wait(first)} for its first token (median), all later ones (${after}) ${wait(later)}: users begin as one herd, and a warm-up leaves that out`;
    return [{ level: 'info', code: 'first-wave', text }];
  }

  #chunkPolicyNotes({ requests, headline }: Scored): Note[] {
    const { fluidShare, chunks } = this.#policy;
    const whole = requests.completed + requests.failed;
    const chosen = headline.fluidShare.value;
    if (whole === 0 || chosen === undefined) return [];
    return this.#others.counts
      .filter(({ fluid }) => fluid / whole >= fluidShare !== chosen >= fluidShare)
      .map((other) => ({
        level: 'warn',
        code: 'chunk-policy-decides',
        text: `the verdict hangs on the chunk policy: ${percent(chosen)} fluid under ${chunks}, ${percent(other.fluid / whole)} under ${other.chunks}`,
      }));
  }
}

const wait = (milliseconds: number): string =>
  milliseconds < 1000
    ? `${Number(milliseconds.toPrecision(3))} ms`
    : `${Number((milliseconds / 1000).toPrecision(3))} s`;

const closedLoop: Note = {
  level: 'info',
  code: 'closed-loop',
  text: 'closed loop: each user waits for the answer before asking again, so a slow server is asked less',
};

function failureNotes({ requests, headline }: Scored): Note[] {
  const notes: Note[] = [];
  if (requests.scheduled === 0) {
    return [{ level: 'fail', code: 'no-requests', text: 'no request was scheduled in the measured window' }];
  }
  if (requests.completed === 0) notes.push({ level: 'fail', code: 'none-completed', text: 'no request completed' });
  else if (requests.errorRate > conditionalLimit) {
    const text = `${percent(requests.errorRate)} of requests failed: percentiles hold for those that completed only, read them beside the completion-incidence curve`;
    notes.push({ level: 'warn', code: 'conditional-percentiles', text });
  }
  if (requests.censored > 0) {
    const text = `${requests.censored} requests were still under way when the run ended: they are out of every share, and percentiles they reach are lower bounds`;
    notes.push({ level: 'info', code: 'censored', text });
  }
  if (requests.buffered > 0) {
    const text = `${requests.buffered} of ${requests.completed} answers came all at once: ${headline.fluidityMeaningful ? 'they have no pauses to measure' : 'fluidity is not meaningful here'}`;
    notes.push({ level: headline.fluidityMeaningful ? 'warn' : 'fail', code: 'buffered', text });
  }
  return notes;
}

function tokenNotes({ tokens }: Scored): Note[] {
  const notes: Note[] = [];
  const { divergence, divergentRequests, perChunk } = tokens;
  if (divergence !== undefined && Math.abs(divergence) > divergenceLimit) {
    const text = `tokens counted by chunk are ${percent(Math.abs(divergence))} ${divergence < 0 ? 'fewer' : 'more'} than the totals: fluidity and token gaps rest on the former`;
    notes.push({ level: 'warn', code: 'token-divergence', text });
  } else if (divergentRequests > 0) {
    const text = `in ${divergentRequests} answers the tokens counted by chunk differ from the total by more than 2%`;
    notes.push({ level: 'info', code: 'token-divergence-requests', text });
  }
  if (perChunk.mean !== undefined && perChunk.mean > burstyFrom) {
    const text = `${Number(perChunk.mean.toPrecision(3))} tokens arrive per chunk on average: gaps per token and per chunk differ, read them apart`;
    notes.push({ level: 'info', code: 'multi-token-chunks', text });
  }
  return notes;
}

function sampleNotes({ requests, policy }: Scored): Note[] {
  const n = requests.completed + requests.failed;
  const needs = leastToProve(policy.fluidShare);
  if (n === 0 || n >= needs || !Number.isFinite(needs)) return [];
  const text = `${n} requests could not prove ${percent(policy.fluidShare)} even if all were fluid: that takes ${needs}`;
  return [{ level: 'warn', code: 'few-requests', text }];
}
