import type { Random } from '../../core/random.ts';

// Every word is one token of o200k_base with the space before it, openers also without it, so a
// client that counts the answer with that tokenizer finds exactly the tokens the engine made.
const words = {
  opener: 'The Every Each One That This Our Another Some Any',
  determiner: 'the a every that this each our another one',
  adjective:
    'quiet small bright old open gentle narrow early late clear broad patient steady distant warm cold green silver plain careful curious simple long short heavy light deep calm busy empty golden hidden humble honest little modern ancient northern southern western eastern wooden young proud silent sudden common rare',
  noun: 'river garden window letter harbor mountain teacher bridge market village captain forest story engine signal lamp road winter summer morning evening child doctor painter sailor farmer neighbor library kitchen station island valley castle meadow ocean planet shadow mirror ladder basket candle blanket pocket orchard journey question answer machine clock train boat horse bird tree stone cloud field tower street door table book song town ship coast storm dream sister brother stranger traveler gardener student writer reader lantern',
  verb: 'carries follows watches remembers crosses finds keeps leaves brings holds gathers paints opens closes builds turns reaches touches covers meets guards answers teaches learns visits draws measures repairs passes counts lifts moves calls',
  preposition:
    'beside behind beyond above below under near across toward along around through before after without within against among between',
  conjunction: 'and while because until but so when where',
};

type WordClass = keyof typeof words;

/** With the space before each: what a token is, never joined anew, since what outlives a batch fills the old heap. */
const lists = Object.fromEntries(
  Object.entries(words).map(([name, list]) => [name, list.split(' ').map((word) => ` ${word}`)]),
) as Record<WordClass, string[]>;

const clause: readonly WordClass[] = ['noun', 'verb', 'determiner', 'adjective', 'noun'];
const place: readonly WordClass[] = ['preposition', 'determiner', 'noun'];

const ending: readonly WordClass[] = ['conjunction', 'determiner', ...clause];

/** Words to choose from, one list a token; by whether a sentence names a place, and goes on after that. */
const sentences = [[], place].map((where) =>
  [[], ending].map((rest) =>
    (['opener', 'adjective', ...clause, ...where, ...rest] as const).map((name) => lists[name]),
  ),
);

/** Readable English, one token a call: the first token of the answer comes without a space before it. */
export function answerText(random: Random): () => string {
  let sentence = drawSentence(random);
  let position = 0;
  let first = true;
  return () => {
    const list = sentence[position++];
    if (!list) {
      sentence = drawSentence(random);
      position = 0;
      return '.';
    }
    const token = list[random.below(list.length)] ?? '';
    if (!first) return token;
    first = false;
    return token.trimStart();
  };
}

/** The words themselves are drawn one by one. */
const drawSentence = (random: Random): readonly (readonly string[])[] =>
  sentences[random.next() < 0.6 ? 1 : 0]?.[random.next() < 0.4 ? 1 : 0] ?? [];

/** Every text a call can return. */
export function answerVocabulary(): string[] {
  return [...new Set([...Object.values(lists).flat(), ...lists.opener.map((word) => word.trimStart()), '.'])];
}
