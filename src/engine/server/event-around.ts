import { answerVocabulary } from './answer-text.ts';

const quotedWords = new Map(answerVocabulary().map((word) => [word, JSON.stringify(word)]));
const hole = '"\u0000"';

/** Writes events that differ in one text only: what stands around it is put together once. */
export function eventAround(eventWith: (quoted: string) => string): (text: string) => string {
  const event = eventWith(hole);
  const at = event.indexOf(hole);
  const before = event.slice(0, at);
  const after = event.slice(at + hole.length);
  return (text) => before + (quotedWords.get(text) ?? JSON.stringify(text)) + after;
}
