import type { Random } from '../../src/core/random.ts';
import type { RequestRecord } from '../../src/core/record.ts';
import type { SimulatedRequest } from '../../src/engine/virtual-driver.ts';

export type Lengths = (random: Random) => { promptTokens: number; outputTokens: number };

export const shareGptLike: Lengths;
export const arxivLike: Lengths;
export function fixedLengths(promptTokens: number, outputTokens: number): Lengths;
export function poissonLoad(load: {
  rate: number;
  count: number;
  lengths: Lengths;
  arrivals: Random;
  contents: Random;
}): SimulatedRequest[];
export function constantLoad(load: {
  rate: number;
  count: number;
  lengths: Lengths;
  contents: Random;
}): SimulatedRequest[];
export function percentile(values: ArrayLike<number>, p: number): number;
export function tokenGaps(records: readonly RequestRecord[]): number[];
export function firstTokenTimes(records: readonly RequestRecord[]): number[];
export function timesPerToken(records: readonly RequestRecord[]): number[];
export function highestRate(passes: (rate: number) => boolean, start: number, tolerance?: number): number;
