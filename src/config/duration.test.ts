import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duration, formatDuration, parseDuration } from './duration.ts';

describe('durations', () => {
  it.each([
    ['60s', 60e9],
    ['500ms', 5e8],
    ['2m', 120e9],
    ['1h', 3600e9],
    ['1m30s', 90e9],
    ['1.5s', 15e8],
    ['250us', 250e3],
    ['7ns', 7],
    ['0s', 0],
  ])('reads %s', (text, time) => {
    expect(parseDuration(text)).toBe(time);
  });

  it.each(['60', '', 's', '5 s', '-5s', '5x', '1e3s', '.5s', '5s!', '٣s'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.nat(10 ** 9), fc.constantFrom(1, 1e3, 1e6), (amount, unit) => {
        expect(parseDuration(formatDuration(amount * unit))).toBe(amount * unit);
      }),
    );
    expect([1.5e9, 60e9, 1.5e6, 5e8, 0].map(formatDuration)).toEqual(['1500ms', '60s', '1500us', '500ms', '0s']);
  });

  it.each([
    [60, 'expected a duration with its unit, such as 60s or 60ms'],
    ['-5s', 'a duration cannot be negative, got -5s'],
    ['0s', 'expected longer than 0s'],
    ['soon', 'expected a duration such as 60s, 500ms or 1m30s, got "soon"'],
    ['2401h', 'expected at most 100 days'],
    [undefined, 'required, a duration such as 60s'],
  ])('explains what is wrong with %j', (input, message) => {
    expect(
      duration({ positive: true })
        .safeParse(input)
        .error?.issues.map((issue) => issue.message),
    ).toEqual([message]);
  });
});
