import { nanosecondsPerMillisecond } from '../../src/core/units.ts';
import type { ScorePolicy } from '../../src/metrics/policy.ts';
import { duration, plural } from '../../src/plots/format.ts';
import type { ScoredRequest } from '../../src/plots/scored-request.ts';
import { stallsOf } from '../../src/plots/stalls.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Moment } from './moment.ts';

const ms = (time: number): string => duration(time / nanosecondsPerMillisecond);

/** One line under the panels: what this request came to. */
export function resultWords(request: ScoredRequest, policy: ScorePolicy, kept: boolean): (Node | string)[] {
  const [first] = request.times;
  if (first === undefined) {
    return [h('b', { class: 'bad' }, `No token: ${request.outcome}`), ' · counts as not fluid'];
  }
  const stalls = stallsOf(request, policy.decodeDeadline).length;
  const facts = [
    `First token ${ms(first)}`,
    `${plural(request.times.length, 'token')} in ${ms(request.end)}`,
    ...(stalls > 0 ? [plural(stalls, 'stall')] : []),
    `${plural(request.missed, 'deadline')} missed`,
  ];
  const whole = request.record.outcome.status === 'completed' && request.record.outcome.buffered === true;
  if (whole)
    return [
      `${facts.slice(0, 2).join(' · ')} · `,
      h('b', {}, 'The answer came all at once'),
      ': fluidity says nothing about it.',
    ];
  const index = request.fluidity === undefined ? 'not defined' : request.fluidity.toFixed(2);
  return [
    `${facts.join(' · ')} · `,
    h('b', {}, `Fluidity ${index}`),
    ', ',
    request.failed || request.censored
      ? h('b', { class: 'bad' }, `cut off (${request.outcome})`)
      : h('b', { class: request.fluid ? 'ok' : 'bad' }, request.fluid ? 'fluid' : 'not fluid'),
    kept
      ? ' · Words are placed by token count; their exact ends are not recorded.'
      : ' · The run kept no text: each block stands for one token.',
  ];
}

/** What is going on now, with a sign that needs no colour. */
export function statusOf(request: ScoredRequest, moment: Moment): { tone: string; parts: (Node | string)[] } {
  const { ended, waiting, tokens, missed } = moment;
  if (ended) {
    return request.failed || request.censored
      ? { tone: 'bad', parts: [icon('bad'), request.outcome] }
      : { tone: '', parts: [icon('ok'), `finished after ${ms(request.end)}`] };
  }
  if (waiting) {
    const what = tokens === 0 ? 'first token late' : 'stalled';
    return { tone: 'bad', parts: [icon('bad'), `${what}, ${plural(missed, 'deadline')} missed`] };
  }
  return { tone: 'ok', parts: [icon('ok'), tokens === 0 ? 'waiting for the first token' : 'streaming'] };
}
