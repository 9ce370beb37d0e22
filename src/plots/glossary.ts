/** Words a reader may not know, each with one plain explanation. Linked from wherever they appear. */
export interface Term {
  readonly id: string;
  readonly term: string;
  readonly meaning: string;
}

export const glossary: readonly Term[] = [
  {
    id: 'deadline',
    term: 'Deadline',
    meaning:
      'The moment by which a token must have arrived so that a reader never waits. The first has the prefill deadline D_p; each later one follows the decode deadline D_d after the one before.',
  },
  {
    id: 'slack',
    term: 'Time in hand (slack)',
    meaning: 'Time left until the next deadline. Early tokens add to it, pauses use it up.',
  },
  {
    id: 'stall',
    term: 'Stall',
    meaning:
      'A wait that outlasts the time in hand: at least one deadline passes. A shorter pause is not a stall, however long it looks in a table of gaps. Drawn and counted here from twice the decode deadline.',
  },
  {
    id: 'fluidity',
    term: 'Fluidity-index',
    meaning:
      'Deadlines met, divided by deadlines met and missed. A stall misses every deadline that passes while it lasts; then the schedule starts afresh from the late token. An answer is fluid from 0.9.',
  },
  {
    id: 'rate',
    term: 'Fluid token rate',
    meaning:
      'The fastest pace, in tokens per second, at which the target share of requests still reaches the fluidity asked for. The first token is not counted.',
  },
  {
    id: 'ttft',
    term: 'Time to first token (TTFT)',
    meaning: 'From the moment a request was due to its first token; waiting to be sent is part of it.',
  },
  { id: 'tbt', term: 'Time between tokens (TBT)', meaning: 'The gap before each token after the first.' },
  {
    id: 'completion',
    term: 'Completion incidence',
    meaning:
      'Share of all scheduled requests that had completed by a time. Percentiles of completed requests leave the others out; this curve does not.',
  },
  {
    id: 'interval',
    term: '95% interval',
    meaning:
      'The range that would contain the true value in 95 of 100 repeated runs. Wide when the run is short. A question mark: the sample cannot bound that end.',
  },
  { id: 'chunk', term: 'Chunk', meaning: 'What arrived in one piece. It may hold several tokens.' },
  {
    id: 'censored',
    term: 'Cut off by the end of the run',
    meaning: 'Still streaming when the run ended. Neither completed nor failed; left out of shares.',
  },
];
