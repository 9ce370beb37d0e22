import { exitCodes, MetronError } from '../../core/errors.ts';
import { type Random, randomStream } from '../../core/random.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { nonce } from './nonce.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

export interface PromptOptions {
  readonly tokenizer: Tokenizer;
  /** Same key, same prompts. */
  readonly key: string;
  /** `cold`: no two prompts share a beginning. `warm`: all do, so that a prefix cache can answer. */
  readonly cache: 'cold' | 'warm';
}

/** The text of request `id`, exactly `tokens` long. */
export type PromptWriter = (id: number, tokens: number) => string;

/** Six words tell apart 10^17 requests and runs, and still end within the first block of any prefix cache. */
const nonceWords = 6;

/** Only a tokenizer whose counts do not add up at spaces needs any. */
const mostRepairs = 200;

function marker({ markers }: Vocabulary, index: number): string {
  return markers[index % markers.length] ?? '';
}

/** Sentences as long as they fit, then words of one more, then words of one token each. */
function fill(pieces: string[], tokens: number, vocabulary: Vocabulary, random: Random): void {
  const { sentences, markers } = vocabulary;
  let left = tokens;
  while (left > 0) {
    const sentence = sentences[random.below(sentences.length)];
    if (!sentence || sentence.tokens > left) break;
    pieces.push(sentence.text);
    left -= sentence.tokens;
  }
  for (const word of sentences[random.below(sentences.length)]?.words ?? []) {
    if (word.tokens > left) break;
    pieces.push(word.text);
    left -= word.tokens;
  }
  for (; left > 0; left--) pieces.push(` ${marker(vocabulary, random.below(markers.length))}`);
}

function exact(pieces: string[], tokens: number, tokenizer: Tokenizer, vocabulary: Vocabulary): string {
  for (let repair = 0; repair <= mostRepairs; repair++) {
    const text = pieces.join('');
    const counted = tokenizer.count(text);
    if (counted === tokens) return text;
    if (counted > tokens && pieces.length > 1) pieces.pop();
    else pieces.push(` ${marker(vocabulary, repair)}`);
  }
  throw new MetronError('PROMPT_NOT_EXACT', `no prompt of exactly ${tokens} tokens under ${tokenizer.id}`, {
    exitCode: exitCodes.internal,
  });
}

export function createPromptWriter({ tokenizer, key, cache }: PromptOptions): PromptWriter {
  const vocabulary = vocabularyOf(tokenizer);
  return (id, tokens) => {
    const place = cache === 'warm' ? 0 : id;
    const words = nonce(place, key, vocabulary.markers.length, Math.min(nonceWords, tokens));
    const pieces = words.map((index, i) => (i === 0 ? '' : ' ') + marker(vocabulary, index));
    fill(pieces, tokens - words.length, vocabulary, randomStream(key, `content/${place}`));
    return vocabulary.addsUp ? pieces.join('') : exact(pieces, tokens, tokenizer, vocabulary);
  };
}
