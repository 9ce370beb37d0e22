export { type ArrivalDefinition, type ArrivalOptions, arrivals } from './arrivals/index.ts';
export { type LengthDefinition, type LengthOptions, type LengthPair, lengths, pairsFromFile } from './lengths/index.ts';
export { PromptHash, promptHash, promptText } from './prompt-text.ts';
export { repetitionSeed } from './repetition-seed.ts';
export { buildSchedule, mostRequests, type Schedule, type ScheduleOptions } from './schedule.ts';
export { describeSchedule, type LengthStatistics, type ScheduleStatistics } from './schedule-statistics.ts';
export { type Tokenizer, tokenizers } from './tokenizers/index.ts';
