import { describe, expect, it } from 'vitest';
import { chosenNumber, count, duration, interval, number, plural, quantity, share } from './format.ts';

describe('numbers in words', () => {
  it.each([
    [0, '0'],
    [0.01234, '0.0123'],
    [1.2345, '1.23'],
    [12.345, '12.3'],
    [123.45, '123'],
    [1234.5, '1,235'],
    [123456, '123,456'],
    [-5.678, '−5.68'],
    [undefined, 'n/a'],
    [Number.POSITIVE_INFINITY, 'n/a'],
  ])('number(%s) is %s', (value, text) => expect(number(value)).toBe(text));

  it.each([
    [0.5, '0.500 ms'],
    [0.06, '60.0 µs'],
    [0, '0 ms'],
    [842.4, '842 ms'],
    [999.7, '1.00 s'],
    [61_234, '61.2 s'],
    [undefined, 'n/a'],
  ])('duration(%s) is %s', (value, text) => expect(duration(value, ' ')).toBe(text));

  it.each([
    [1, '100%'],
    [0.99996, '>99.9%'],
    [0.9994, '99.9%'],
    [0.788, '78.8%'],
    [0.0001, '<0.1%'],
    [0, '0%'],
  ])('share(%s) is %s', (value, text) => expect(share(value)).toBe(text));

  it('intervals name their unit once and leave an open end open', () => {
    expect(interval(0.753, 0.82, 'share', ' ')).toBe('75.3 to 82.0%');
    expect(interval(780, 990, 'ms', ' ')).toBe('780 to 990 ms');
    expect(interval(780, 1990, 'ms', ' ')).toBe('780 ms to 1.99 s');
    expect(interval(12, undefined, 'tokens/s', ' ')).toBe('12.0 tokens/s to ?');
    expect(interval(undefined, undefined, 'ms')).toBe('');
  });

  it.each([
    [0.9, '0.9'],
    [1, '1'],
    [0.30000000000000004, '0.3'],
    [20, '20'],
  ])('a chosen %s is %s', (value, text) => expect(chosenNumber(value)).toBe(text));

  it('counts are whole', () => {
    expect(count(1234567)).toBe('1,234,567');
    expect(plural(1, 'request')).toBe('1 request');
    expect(plural(2, 'request')).toBe('2 requests');
    expect(quantity(3, 'tokens', ' ')).toBe('3 tokens');
    expect(quantity(1, 'stalls', ' ')).toBe('1 stall');
    expect(quantity(1.25, 'tokens', ' ')).toBe('1.25 tokens');
  });
});
