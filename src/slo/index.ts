export { judgeRecords, policyUnder, type Tally } from './judge-records.ts';
export { parseCondition, parseSlo } from './parse-slo.ts';
export { presets } from './presets/index.ts';
export { schedulingDelayField } from './scheduling-delay.ts';
export type { Slo } from './slo.ts';
export { sloTypes } from './types/index.ts';
