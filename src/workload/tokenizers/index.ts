import { registry } from '../../core/registry.ts';
import { o200k } from './o200k.ts';

/** The first is the default. */
export const tokenizers = registry('tokenizer', [o200k]);

export type { Tokenizer } from './tokenizer.ts';
