import { expect, it } from 'vitest';
import { recordOf } from '../../test/metrics/any-record.ts';
import { nanoseconds, seconds } from '../core/units.ts';
import { defaultPolicy } from './policy.ts';
import { scoreRun } from './score.ts';

/** Request `id` of a user, answered `wait` ms after it was due. */
const asked = (id: number, session: number, wait: number) => {
  const at = nanoseconds(seconds(id));
  const first = at + wait * 1e6;
  const plain = recordOf([[wait, 1]]);
  return {
    ...plain,
    id,
    session,
    scheduledAt: at,
    sentAt: at,
    endedAt: nanoseconds(first),
    chunks: { ...plain.chunks, at: [first] },
  };
};
const note = (records: Parameters<typeof scoreRun>[0]) =>
  scoreRun(records, defaultPolicy, { loadModel: 'closed' }).notes.find(({ code }) => code === 'first-wave')?.text;

it('shows the first request of each user beside those that came after, in whatever order they ended', () => {
  const records = [asked(0, 0, 500), asked(1, 1, 700), asked(2, 1, 100), asked(3, 0, 120), asked(4, 1, 110)];
  const text =
    'the first request of each user (2) waited 500 ms for its first token (median), all later ones (3) 110 ms';
  expect(note(records)).toContain(text);
  expect(note(records.toReversed())).toContain(text);
});

it('is silent where the first requests were left out, or there is nothing to lay beside them', () => {
  expect(note([asked(7, 0, 100), asked(8, 1, 100), asked(9, 0, 100)])).toBeUndefined();
  expect(note([asked(0, 0, 500), asked(1, 1, 700)])).toBeUndefined();
  expect(note([recordOf([[100, 1]])])).toBeUndefined();
});
