import { describe, expect, it } from 'vitest';
import { studentQuantile, studentTwoSided } from './student.ts';

describe("Student's t", () => {
  it.each([
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [7, 2.3646],
    [10, 2.2281],
    [25, 2.0595],
    [120, 1.9799],
  ])('of %i degrees exceeds the table’s bound in 5 %% of draws', (degrees, bound) => {
    expect(studentQuantile(0.05, degrees)).toBeCloseTo(bound, 3);
    expect(studentTwoSided(bound, degrees)).toBeCloseTo(0.05, 4);
    expect(studentTwoSided(-bound, degrees)).toBeCloseTo(0.05, 4);
  });

  it('never leaves 0 to 1', () => {
    for (const degrees of [1, 2, 5, 50]) {
      expect(studentTwoSided(0, degrees)).toBe(1);
      expect(studentTwoSided(1e12, degrees)).toBeGreaterThanOrEqual(0);
    }
  });
});
