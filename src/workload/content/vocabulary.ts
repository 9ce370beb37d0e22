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
  /** Counts of pieces are sure to add up: a text made of them need not be counted. */
  readonly addsUp: boolean;
}

interface Counts {
  /** Of ` word`. */
  tokens(word: string): number;
  isMarker(word: string): boolean;
}

function countsOf(tokenizer: Tokenizer): Counts {
  const known = tokenizer.corpusWords?.();
  if (known) return { tokens: known.tokens, isMarker: known.startsText };
  return {
    tokens: (word) => tokenizer.count(` ${word}`),
    isMarker: (word) => tokenizer.count(word) === 1 && tokenizer.count(` ${word}`) === 1,
  };
}

function readCorpus(tokenizer: Tokenizer): Vocabulary {
  const { tokens, isMarker } = countsOf(tokenizer);
  const addsUp = tokenizer.corpusWords !== undefined;
  const piece = (word: string): Piece => ({ text: ` ${word}`, tokens: tokens(word) });
  const sentence = (line: string): Sentence => {
    const words = line.split(' ').map(piece);
    return addsUp ? { text: ` ${line}`, tokens: sum(words), words } : { ...piece(line), words };
  };
  const words = new Set(corpus.toLowerCase().match(/[a-z]{3,}/g));
  return { sentences: corpus.trim().split('\n').map(sentence), markers: [...words].filter(isMarker), addsUp };
}

const sum = (pieces: readonly Piece[]): number => pieces.reduce((tokens, piece) => tokens + piece.tokens, 0);

const known = new WeakMap<Tokenizer, Vocabulary>();

export function vocabularyOf(tokenizer: Tokenizer): Vocabulary {
  const vocabulary = known.get(tokenizer) ?? readCorpus(tokenizer);
  known.set(tokenizer, vocabulary);
  return vocabulary;
}
