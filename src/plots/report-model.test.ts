import { describe, expect, it } from 'vitest';
import { runs } from '../../test/browser/runs.ts';
import { milliseconds } from '../core/units.ts';
import { scoreRun } from '../metrics/index.ts';
import { unpackRequests } from './packed-requests.ts';
import { pageData } from './page-data.ts';
import { reportModel, rescoredModel } from './report-model.ts';
import { scoredRun } from './scored-run.ts';

const plenty = 1e6;

describe('the model of a report', () => {
  it('is the same for the same run, word for word', async () => {
    const input = runs.small();
    // The table of all numbers is the metrics' own business and has its tests there.
    const { numbers, ...model } = reportModel(input, scoredRun(input));
    expect(numbers.distributions.length).toBeGreaterThan(5);
    await expect(`${JSON.stringify(model, null, 1)}\n`).toMatchFileSnapshot('report-model.json.golden');
  });

  it('puts failures beside every latency where more than 5 % fail', () => {
    const many = runs.failing();
    expect(reportModel(many, scoredRun(many)).manyFail).toBe(true);
    const few = runs.bad();
    expect(reportModel(few, scoredRun(few)).manyFail).toBe(false);
  });

  it('says that a run was cut, and what is wrong with its folder', () => {
    const input = {
      ...runs.good(),
      cut: true,
      problems: ['the last line of records.jsonl was cut off and is left out'],
    };
    const { reasons } = reportModel(input, scoredRun(input)).trust;
    expect(reasons).toContain('The run was cut: the record ends before the run did.');
    expect(reasons).toContain('The last line of records.jsonl was cut off and is left out.');
  });

  it('scored again from a sample keeps what counts the whole run', () => {
    const input = runs.bad();
    const original = reportModel(input, scoredRun(input));
    const records = input.records.filter(({ id }) => id % 3 === 0);
    const summary = scoreRun(records, { ...input.summary.policy, decodeDeadline: milliseconds(50) });
    const again = { ...input, records, summary };
    const model = rescoredModel(again, scoredRun(again, input.records.length), original);
    expect(model.figures.overTime).toBe(original.figures.overTime);
    expect(model.figures.completion).toBe(original.figures.completion);
    expect(model.figures.fluidity).not.toEqual(original.figures.fluidity);
    expect('note' in model.figures.fluidity && model.figures.fluidity.note).toContain('even sample of');
    expect(model.plan).toBe(original.plan);
  });
});

describe('what a page carries', () => {
  it('is the whole run where it fits', () => {
    const input = runs.good();
    const data = pageData(input, plenty);
    expect(data.sample).toBeUndefined();
    expect(unpackRequests(data.requests).length).toBe(input.records.length);
  });

  it('is what playback offers, the worst moment and an even sample where it does not', () => {
    const input = runs.bad();
    const budget = 60_000;
    const data = pageData(input, budget);
    const ids = new Set(unpackRequests(data.requests).map(({ id }) => id));
    expect(atob(data.requests.bytes).length).toBeLessThanOrEqual(budget);
    expect(ids.size).toBeLessThan(input.records.length);
    for (const { id } of data.model.playback) expect(ids).toContain(id);
    const sample = data.sample ?? [];
    expect(sample.length).toBeGreaterThan(20);
    const steps = sample.slice(1).map((id, i) => id - (sample[i] ?? 0));
    expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(1);
  });

  it('is the same on every build', () => {
    expect(JSON.stringify(pageData(runs.small(), plenty))).toBe(JSON.stringify(pageData(runs.small(), plenty)));
  });

  it('holds the words of the requests on offer, if the run kept them', () => {
    const data = pageData(runs.bad(), plenty);
    const [first] = data.model.playback;
    expect(data.texts[String(first?.id)]).toMatch(/^A train leaves/);
    expect(pageData(runs.good(), plenty).texts).toEqual({});
  });
});
