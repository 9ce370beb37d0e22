import type { Certificate } from '../core/certificate.ts';
import { leastToProve, type Note, type Summary } from '../metrics/index.ts';
import { chosenShare, count, duration, interval, plural, share } from './format.ts';
import { sentence as ended, listed, lowerFirst, strong, type Words } from './words.ts';

/** The one large sentence, and beside it why, in at most three. */
export interface Answer {
  readonly sentence: string;
  readonly why: readonly Words[];
  /** `none`: there is nothing to answer. */
  readonly tone: 'met' | 'reached' | 'missed' | 'none';
}

/** What a look at every request adds to the summary. */
export interface Findings {
  readonly stalls: number;
  readonly longestStall_ms?: number;
  readonly medianGap_ms?: number;
  readonly pauses: { readonly over_ms: number; readonly shareOfGaps: number; readonly shareOfWaiting: number };
  /** Requests that are not fluid, by the first reason that applies. */
  readonly short: { readonly failed: number; readonly lateFirst: number; readonly stalled: number };
}

export type Judgement = Pick<Certificate, 'verdict' | 'reasons'>;

/** Holds for every run: good, bad, broken, empty. An invalid run gives no answer. */
export function answer(summary: Summary, judgement: Judgement | undefined, findings?: Findings): Answer {
  return unanswerable(summary, judgement) ?? fluidAnswer(summary, findings);
}

function unanswerable(summary: Summary, judgement: Judgement | undefined): Answer | undefined {
  const { requests, headline } = summary;
  const none = (text: string, ...why: string[]): Answer => ({
    sentence: ended(text),
    why: why.filter((line) => line !== '').map((line) => [ended(line)]),
    tone: 'none',
  });
  if (judgement?.verdict === 'invalid') {
    const [first = 'the instrument failed its own checks.', ...rest] = judgement.reasons;
    return none(
      `This run cannot be scored: ${lowerFirst(first)}`,
      ...rest.slice(0, 2),
      'The numbers below are what was recorded, not an answer.',
    );
  }
  if (requests.scheduled === 0) {
    const left = requests.unmeasured > 0 ? `${plural(requests.unmeasured, 'request')} belong to other phases.` : '';
    return none('No request was measured.', left);
  }
  if (requests.failed === requests.scheduled)
    return none(allFailed(requests.failed), classes(summary), sample(summary));
  if (requests.completed === 0) {
    return none(
      `No request completed: ${cutOff(requests.censored)}${requests.failed > 0 ? `, ${count(requests.failed)} failed` : ''}.`,
      classes(summary),
      sample(summary),
    );
  }
  if (!headline.fluidityMeaningful) {
    return none(
      'The answers came all at once: fluidity cannot be judged.',
      `${count(requests.buffered)} of ${count(requests.completed)} completed answers came without streaming, or were held back and released together.`,
      'First-token times and gaps below describe that release, not the model.',
    );
  }
  if (headline.fluidShare.value === undefined) {
    return none('Fluidity is not defined for this run.', headline.fluidShare.reason ?? '');
  }
  return undefined;
}

const allFailed = (n: number): string => (n === 1 ? 'The one request failed.' : `All ${count(n)} requests failed.`);
const cutOff = (n: number): string => `${plural(n, 'was', 'were')} cut off by the end of the run`;

function fluidAnswer(summary: Summary, findings: Findings | undefined): Answer {
  const { value = 0, low, high } = summary.headline.fluidShare;
  const target = summary.policy.fluidShare;
  const aim = chosenShare(target);
  const n = summary.headline.fluidShare.n;
  const proven = low !== undefined && low >= target;
  const met = value >= target;
  const outcome = met
    ? `The target, ${aim}, is ${proven ? 'met' : 'reached but not yet proven'}.`
    : `The target is ${aim}.`;
  const why = [
    ...(findings ? stallSentences(findings) : []),
    shortSentence(summary, findings),
    met ? (proven ? [] : unproven(n, target, low)) : undecided(target, low, high),
  ].filter((words) => words.length > 0);
  return {
    sentence: `${subject(value, n)} ${outcome}`,
    why: why.length > 3 ? why.filter((_, i) => i !== 1) : why,
    tone: met ? (proven ? 'met' : 'reached') : 'missed',
  };
}

/** How far below a target that was reached the truth may lie, and what would settle it. */
function unproven(n: number, target: number, low: number | undefined): Words {
  const needs = leastToProve(target);
  const settles =
    target < 1 && n < needs
      ? ` To prove ${chosenShare(target)} takes ${count(needs)} answers, all of them fluid.`
      : ' More answers would decide.';
  if (low === undefined) return [strong('Not proven:'), settles];
  return [
    `${n < needs ? 'With so few answers the' : 'The'} true share may be as low as `,
    strong(share(low)),
    `.${settles}`,
  ];
}

/** A target that was missed, but may yet be kept. */
function undecided(target: number, low: number | undefined, high: number | undefined): Words {
  if (high !== undefined && high < target) return [];
  return [
    strong('Not certain: '),
    `the 95% interval, ${interval(low, high, 'share')}, includes the target. More answers would decide.`,
  ];
}

/** What must be known before quoting a number, but for what the answer says itself. */
export const notesBeside = ({ tone }: Pick<Answer, 'tone'>, notes: readonly Note[]): Note[] =>
  notes.filter(({ code }) => !(code === 'few-requests' && tone === 'reached'));

function subject(value: number, n: number): string {
  if (n === 1) return value === 1 ? 'The one answer streams fluidly.' : 'The one answer does not stream fluidly.';
  if (value === 1) return `All ${count(n)} answers stream fluidly.`;
  if (value === 0) return `None of ${count(n)} answers streams fluidly.`;
  return `${share(value)} of answers stream fluidly.`;
}

function stallSentences({ stalls, longestStall_ms, medianGap_ms, pauses }: Findings): Words[] {
  if (stalls === 0) return [['No answer stalled.']];
  const first: Words =
    stalls === 1
      ? [strong('One stall'), ' of ', strong(duration(longestStall_ms)), '.']
      : [strong(plural(stalls, 'stall')), ', the longest ', strong(duration(longestStall_ms)), '.'];
  const hidden = pauses.shareOfWaiting > 0.02 && pauses.shareOfWaiting > 3 * pauses.shareOfGaps;
  if (!hidden || medianGap_ms === undefined) return [first];
  const second: Words = [
    `The usual gap between tokens, ${duration(medianGap_ms)}, hides this: pauses over ${duration(pauses.over_ms)} are ${share(pauses.shareOfGaps)} of the gaps but `,
    strong(`${share(pauses.shareOfWaiting)} of the waiting`),
    '.',
  ];
  return [first, second];
}

function shortSentence(summary: Summary, findings: Findings | undefined): Words {
  const { failed, scheduled, censored } = summary.requests;
  const n = scheduled - censored;
  if (!findings) {
    return failed === 0
      ? [`No request failed.`]
      : [`${plural(failed, 'request')} of ${count(n)} failed and ${failed === 1 ? 'counts' : 'count'} as not fluid.`];
  }
  const { short } = findings;
  const total = short.failed + short.lateFirst + short.stalled;
  if (total === 0) return n === 1 ? [] : ['No request failed.'];
  const reasons = [
    short.stalled > 0 ? `${count(short.stalled)} through stalls and delays` : '',
    short.lateFirst > 0 ? `${count(short.lateFirst)} with a late first token` : '',
    short.failed > 0 ? `${count(short.failed)} failed` : '',
  ].filter((reason) => reason !== '');
  return [`${count(total)} of ${plural(n, 'request')} fell short: ${listed(reasons)}.`];
}

function classes({ requests }: Summary): string {
  const kinds = requests.byClass.filter((each) => each.class !== 'completed').slice(0, 4);
  return kinds.length === 0 ? '' : `${listed(kinds.map((each) => `${count(each.count)} × ${each.class}`))}.`;
}

function sample({ requests }: Summary): string {
  const message = requests.byClass.find((each) => each.sample !== undefined && each.class !== 'completed')?.sample;
  return message === undefined ? '' : `The first message: “${clip(message.replace(/\s+/g, ' ').trim(), 160)}”`;
}

const clip = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
