export { arrivals } from './arrivals/index.ts';
export { type LengthPair, lengths, pairsFromFile } from './lengths/index.ts';
export { mostTokens } from './lengths/tokens.ts';
export { hashedPrompts, PromptHash, promptHash, promptText } from './prompt-text.ts';
export { repetitionSeed } from './repetition-seed.ts';
export { buildSchedule, mostRequests, type Schedule } from './schedule.ts';
export { describeSchedule } from './schedule-statistics.ts';
export { tokenizers } from './tokenizers/index.ts';
