import { describe, expect, it } from 'vitest';
import { type RunName, runs } from '../../test/browser/runs.ts';
import { answer } from './answer.ts';
import { findings } from './findings.ts';
import { pausesOf } from './pauses.ts';
import { scoredRun } from './scored-run.ts';
import { plain } from './words.ts';

function answered(name: RunName) {
  const input = runs[name]();
  const run = scoredRun(input);
  const found = findings(run, pausesOf(run.counted, run.policy.decodeDeadline));
  const { sentence, why, tone } = answer(input.summary, input.manifest.certificate, found);
  return { sentence, why: why.map(plain), tone };
}

describe('the answer', () => {
  it.each([
    ['bad', /^\d\d\.\d% of answers stream fluidly\. The target is 99%\.$/, 'missed'],
    ['good', /^All 5\d\d answers stream fluidly\. The target, 99%, is met\.$/, 'met'],
    ['noStall', /^All 120 answers stream fluidly\. The target, 99%, is reached but not yet proven\.$/, 'reached'],
    ['one', /^The one answer streams fluidly\. The target, 99%, is reached but not yet proven\.$/, 'reached'],
    ['invalid', /^This run cannot be scored: 31% of sends were late by more than 20 ms: .*load\.$/, 'none'],
    ['allFailed', /^All 160 requests failed\.$/, 'none'],
    ['empty', /^No request was measured\.$/, 'none'],
    ['buffered', /^The answers came all at once: fluidity cannot be judged\.$/, 'none'],
    ['censored', /^No request completed: 40 were cut off by the end of the run\.$/, 'none'],
    ['singleToken', /^All 40 answers stream fluidly\. The target, 99%, is reached but not yet proven\.$/, 'reached'],
    ['failing', /^75\.0% of answers stream fluidly\. The target is 99%\.$/, 'missed'],
  ] as const)('of the run "%s" holds', (name, sentence, tone) => {
    const given = answered(name);
    expect(given.sentence).toMatch(sentence);
    expect(given.tone).toBe(tone);
    expect(given.why.length).toBeLessThanOrEqual(3);
  });

  it('says how rare pauses take much of the waiting', () => {
    const why = answered('bad').why.join(' ');
    expect(why).toMatch(
      /^\d+ stalls, the longest 1\.5\d\u202fs\. The usual gap between tokens, 1\d\.\d\u202fms, hides this: pauses over 125\u202fms are 0\.\d% of the gaps but \d\d\.\d% of the waiting\./,
    );
    expect(why).toMatch(/\d+ of \d+ requests fell short: /);
  });

  it('does not call a target met that the interval does not prove', () => {
    expect(answered('noStall').why.join(' ')).toMatch(
      /With so few answers the true share may be as low as 97\.0%\. To prove 99% takes 368 answers, all of them fluid\./,
    );
    expect(answered('good').why.join(' ')).not.toContain('as low as');
  });

  it('names what failed and the first message', () => {
    const why = answered('allFailed').why.join(' ');
    expect(why).toContain('140 × throttled 429 and 20 × network ECONNREFUSED.');
    expect(why).toContain('The first message: “');
  });

  it('needs no look at single requests', () => {
    const { summary } = runs.bad();
    expect(answer(summary, undefined).why.map(plain).join(' ')).toMatch(
      /5 requests of \d+ failed and count as not fluid\./,
    );
  });

  it('takes no pride in a run without a certificate either way', () => {
    expect(answered('uncertified').sentence).toMatch(/stream/);
  });
});
