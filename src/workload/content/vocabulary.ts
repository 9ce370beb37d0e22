import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { corpus } from './corpus.ts';

/** Text with a leading space and its tokens. Counts of such pieces add up when the pieces are joined. */
export interface Piece {
  readonly text: string;
  readonly tokens: number;
}

export interface Sentence extends Piece {
  readonly words: readonly Piece[];
}

/** The corpus as one tokenizer sees it. */
export interface Vocabulary {
  readonly sentences: readonly Sentence[];
  /** Words that are one token each, at the start of a text as well as inside it. */
  readonly markers: readonly string[];
}

function readCorpus(tokenizer: Tokenizer): Vocabulary {
  const piece = (word: string): Piece => ({ text: ` ${word}`, tokens: tokenizer.count(` ${word}`) });
  const sentences = corpus
    .trim()
    .split('\n')
    .map((line): Sentence => ({ ...piece(line), words: line.split(' ').map(piece) }));
  const words = new Set(corpus.toLowerCase().match(/[a-z]{3,}/g));
  const markers = [...words].filter((word) => tokenizer.count(word) === 1 && tokenizer.count(` ${word}`) === 1);
  return { sentences, markers };
}

const known = new WeakMap<Tokenizer, Vocabulary>();

export function vocabularyOf(tokenizer: Tokenizer): Vocabulary {
  const vocabulary = known.get(tokenizer) ?? readCorpus(tokenizer);
  known.set(tokenizer, vocabulary);
  return vocabulary;
}
