import { describe, expect, it } from 'vitest';
import { nearest } from './registry.ts';

describe('the nearest name', () => {
  const known = ['ft', 'bom', 'sarathi', 'poisson', 'h200'];
  it.each([
    ['sarati', 'sarathi'],
    ['posson', 'poisson'],
    ['B200', 'h200'],
    ['fx', 'ft'],
  ])('of %s is %s', (name, near) => expect(nearest(name, known)).toBe(near));

  it.each(['foo', 'xy', 'vllm', 'constant'])('of %s is none', (name) => expect(nearest(name, known)).toBeUndefined());
});
