import { type Nanoseconds, nanoseconds } from '../core/units.ts';

/**
 * Mean time an event waits for its loop, by Pollaczek–Khinchine: λE[S²] / (2(1 − ρ)) with
 * E[S] = ρ/λ and E[S²] = (1 + c²)·E[S]². Undefined where the loop cannot keep up (ρ ≥ 1).
 *
 * @param utilisation ρ, share of the time at work
 * @param eventsPerSecond λ
 * @param serviceVariation c, coefficient of variation of the time an event takes; 1 where unknown
 */
export function queueingWait(
  utilisation: number,
  eventsPerSecond: number,
  serviceVariation = 1,
): Nanoseconds | undefined {
  if (utilisation >= 1 || utilisation < 0 || eventsPerSecond <= 0) return undefined;
  const service = utilisation / eventsPerSecond;
  const secondMoment = (1 + serviceVariation ** 2) * service ** 2;
  return nanoseconds(((eventsPerSecond * secondMoment) / (2 * (1 - utilisation))) * 1e9);
}
