import fc from 'fast-check';
import { expect, it } from 'vitest';
import { paretoFront } from './sweep-pareto.ts';

const point = fc.record({
  cell: fc.nat(),
  interactivity: fc.integer({ min: 1, max: 50 }),
  throughput: fc.integer({ min: 1, max: 50 }),
});

it('holds exactly the points that none beats', () => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 30 }), (points) => {
      const front = paretoFront(points);
      for (const one of points) {
        const beaten = points.some(
          (other) =>
            other.interactivity >= one.interactivity &&
            other.throughput >= one.throughput &&
            (other.interactivity > one.interactivity || other.throughput > one.throughput),
        );
        const kept = front.some(
          ({ interactivity, throughput }) => interactivity === one.interactivity && throughput === one.throughput,
        );
        expect(kept).toBe(!beaten);
      }
      for (let i = 1; i < front.length; i++) {
        expect(front[i]!.interactivity).toBeGreaterThan(front[i - 1]!.interactivity);
        expect(front[i]!.throughput).toBeLessThan(front[i - 1]!.throughput);
      }
    }),
  );
});
