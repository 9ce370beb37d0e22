// The work every tool is given, and what a tool is told about it.

/** A first token after 300 ms and a phase of 0 to 20 ms, then one each 20.0 ms: 50 tokens/s a stream. */
export const pace = { gap: 20e6, firstTokenAfter: 300e6, phases: 'random' };
/** Mean time from request to first token that follows from it, nanoseconds. */
export const trueFirstToken = pace.firstTokenAfter + pace.gap / 2;

/**
 * Loads by streams open at once; each is `rounds` answers long, and all streams ask in one instant.
 * 200, 400, 800 and 1,600 streams are 10k, 20k, 40k and 80k tokens/s.
 */
export const sizes = {
  full: { rounds: 2, tokens: 300, streams: [200, 400, 800, 1600] },
  quick: { rounds: 1, tokens: 100, streams: [100, 200] },
};

/** The model's name at the source. */
export const model = 'stamped';

const words =
  'the people who read its tokens wait for the next one and the machine that counts them should not be why'.split(' ');

/** Prompts of sixteen words, no two alike, for tools that read them from a file. */
export const prompts = (count) =>
  Array.from({ length: count }, (_, i) =>
    Array.from({ length: 16 }, (_, at) => words[(i * 7 + at * (1 + (i % 5))) % words.length])
      .concat(`number ${i}`)
      .join(' '),
  );
