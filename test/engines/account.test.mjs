import { describe, expect, it } from 'vitest';
import { rules } from './account.mjs';

/** A record that agrees with the server: 100 tokens, 10 ms apart, the first 200 ms after the request was sent. */
function record(changes = {}) {
  return {
    sentMs: 1000,
    arrivals: Array.from({ length: 100 }, (_, index) => 1200 + 10 * index),
    prompt: { reported: 130 },
    output: { reported: 100, total: 100 },
    ...changes,
    serverTiming: {
      prompt_n: 128,
      cache_n: 2,
      prompt_ms: 190,
      predicted_n: 100,
      predicted_ms: 990,
      ...changes.serverTiming,
    },
  };
}

/** The rules that this record breaks, by their first words. */
function broken(candidate) {
  return rules
    .filter(({ judges = () => true }) => judges(candidate))
    .filter(({ breach }) => breach(candidate))
    .map(({ says }) => says.split(':')[0]);
}

describe('the rules by which a run is held against the server’s own account', () => {
  it('pass a record that agrees', () => {
    expect(broken(record())).toEqual([]);
    expect(broken(record({ serverTiming: { cache_n: undefined, prompt_n: 130 } }))).toEqual([]);
  });

  it.each([
    ['tokens generated', { output: { reported: 100, total: 99 } }],
    ['tokens generated', { output: { reported: 99, total: 99 } }],
    ['tokens generated', { output: {} }],
    ['prompt tokens', { prompt: { reported: 131 } }],
    ['prompt tokens', { prompt: {} }],
    ['prefill', { serverTiming: { prompt_ms: 201 } }],
    ['prefill', { sentMs: Number.NaN }],
    ['decode time', { serverTiming: { predicted_ms: 1050 } }],
    ['decode time', { serverTiming: { predicted_ms: 940 } }],
    ['chunks with content', { arrivals: record().arrivals.slice(0, 98) }],
  ])('catch %s in %j', (rule, changes) => {
    expect(broken(record(changes))).toContain(rule);
  });

  it('allow one chunk more or fewer, and judge no decode time of a short answer', () => {
    expect(broken(record({ arrivals: record().arrivals.slice(0, 99) }))).toEqual([]);
    const short = {
      arrivals: [1200, 1210],
      output: { reported: 2, total: 2 },
      serverTiming: { predicted_n: 2, predicted_ms: 30 },
    };
    expect(broken(record(short))).toEqual([]);
  });
});
