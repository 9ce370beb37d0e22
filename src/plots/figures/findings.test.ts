import { describe, expect, it } from 'vitest';
import { type RunName, runs } from '../../../test/browser/runs.ts';
import { isDrawn, isEmpty } from '../figure.ts';
import { reportModel } from '../report-model.ts';
import { scoredRun } from '../scored-run.ts';
import { silences } from '../silences.ts';
import { waterfall, waterfallWindow, worstMoment } from './waterfall.ts';

function model(name: RunName) {
  const input = runs[name]();
  return reportModel(input, scoredRun(input));
}

const titles = (name: RunName) => {
  const { figures } = model(name);
  return Object.fromEntries(Object.entries(figures).map(([id, figure]) => [id, figure.title]));
};

describe('titles state what the data of this run show', () => {
  it.each([
    ['bad', 'fluidity', /^\d\d\.\d% of answers fall short of 0\.9$/],
    ['good', 'fluidity', /^All \d+ answers reach 0\.9$/],
    ['one', 'fluidity', /^The one answer is fluid$/],
    ['allFailed', 'fluidity', /^None of 160 answers reaches 0\.9$/],
    ['bad', 'acceptance', /^Reaching 99% would take a deadline of \d+\u202fms per token$/],
    ['good', 'acceptance', /^25\u202fms per token is kept by 99%; 1\d\.\d\u202fms would do$/],
    ['failing', 'acceptance', /^No deadline is known to reach 99%: 40 of 160 requests failed/],
    ['bad', 'firstTokens', /^\d+ of \d+ first tokens came late, \d never came$/],
    ['good', 'firstTokens', /^All \d+ first tokens came in time$/],
    ['one', 'firstTokens', /^The one first token came in time$/],
    ['failing', 'firstTokens', /^No first token came late, 40 never came$/],
    ['allFailed', 'firstTokens', /^No first token came$/],
    ['buffered', 'firstTokens', /^All 40 first tokens came late$/],
    ['bad', 'gaps', /^Pauses over 125\u202fms: 0\.\d% of gaps, \d\d\.\d% of the waiting$/],
    ['good', 'gaps', /^No gap between tokens is longer than 2\d\.\d\u202fms$/],
    ['buffered', 'gaps', /^The tokens of an answer come at the same instant$/],
    ['bad', 'chunks', /^2\.\d% of chunks carry more than one token, at most 2$/],
    ['good', 'chunks', /^Every chunk carried one token$/],
    ['bad', 'completion', /^99\.\d% of requests completed, half within \d\.\d\d\u202fs; 5 failed$/],
    ['good', 'completion', /^Every request completed, half within/],
    ['allFailed', 'completion', /^No request completed$/],
    ['bad', 'overTime', /^At worst, \d+ of \d+ open streams stand still at the same moment$/],
    ['good', 'overTime', /^No stream stalls at any time$/],
    ['allFailed', 'overTime', /^All 160 requests failed$/],
  ] as const)('%s: %s', (name, figure, title) => {
    expect(titles(name)[figure]).toMatch(title);
  });

  it.each(Object.keys(runs).filter((name) => name !== 'large') as RunName[])(
    '%s: no title, note or cell holds a number that is none',
    (name) => {
      const text = JSON.stringify({ ...model(name), policy: undefined });
      expect(text).not.toMatch(/NaN|Infinity|undefined|\[object|(?<!\w)null/);
    },
  );

  it('says in the figure’s place why there is nothing to draw', () => {
    const { figures } = model('singleToken');
    expect(isEmpty(figures.gaps) && figures.gaps.empty).toBe('Every answer had one token: there is no gap to draw.');
    expect(Object.values(model('empty').figures).every((figure) => isEmpty(figure) && figure.empty.length > 10)).toBe(
      true,
    );
  });

  it('tells n, the sample’s size, under every figure', () => {
    for (const figure of Object.values(model('bad').figures)) {
      if (isDrawn(figure)) expect(figure.note).toMatch(/\d/);
    }
  });
});

describe('the waterfall', () => {
  const shown = (name: RunName) => {
    const run = scoredRun(runs[name]());
    const shared = silences(run.requests, 4 * run.policy.decodeDeadline);
    return waterfall(run, shared, waterfallWindow(run.requests, worstMoment(run.requests, shared, run.policy)));
  };

  it.each([
    ['bad', /^\d+ streams fall silent/],
    ['good', /^No stall among the \d+ requests in view$/],
    ['one', /^The one request in view does not stall$/],
    ['allFailed', /in view failed, none stalls$/],
    ['empty', /^No request to show$/],
  ] as const)('%s: its title holds', (name, title) => expect(shown(name).title).toMatch(title));

  it('shows at most as many rows as can be told apart', () => {
    const figure = shown('bad');
    expect(isDrawn(figure)).toBe(true);
    if (isDrawn(figure)) expect(figure.data.rows.length).toBeLessThanOrEqual(120);
  });
});
