import { z } from 'zod';
import { defaultPolicy } from '../../metrics/policy.ts';
import { duration } from '../duration.ts';

const share = z.number().gt(0).max(1);

/** A measured first-token curve, D_p(P) = a + √(floor² + (b·P)²) + c·P² + offset(P); as a file it is this object in JSON. */
export const prefillCurve = z.strictObject({
  id: z.string().min(1).meta({ description: 'name of the measurement' }),
  a_ms: z.number().meta({ description: 'ms' }),
  b_ms_per_token: z.number().meta({ description: 'ms per prompt token' }),
  c_ms_per_token2: z.number().meta({ description: 'ms per prompt token squared' }),
  floor_ms: z
    .number()
    .min(0)
    .optional()
    .meta({ description: 'ms that a prompt takes at least beside a_ms; 0 if absent: a + b·P + c·P²' }),
  cached_ms_per_token: z
    .number()
    .min(0)
    .optional()
    .meta({ description: 'ms that a prompt token takes which a cache answers; 0 if absent' }),
  offsets_ms: z
    .array(z.tuple([z.number().min(0), z.number()]))
    .refine((offsets) => offsets.every(([tokens], i) => i === 0 || tokens > (offsets[i - 1]?.[0] ?? 0)), {
      error: 'expected ascending lengths',
    })
    .optional()
    .meta({ description: 'pairs of tokens and ms: what times were measured above the formula; 0 if absent' }),
  from_tokens: z.int().min(0).meta({ description: 'shortest prompt it was measured on' }),
  to_tokens: z.int().min(1).meta({ description: 'longest prompt it was measured on' }),
  asked_from_tokens: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'the shortest as it was asked for, where the server counts its template too' }),
  asked_to_tokens: z.int().min(1).optional().meta({ description: 'the longest as it was asked for' }),
  profile: z.json().optional().meta({ description: 'how it was measured, as metron profile writes it; not used' }),
});

export const score = z.strictObject({
  decodeDeadline: duration({ positive: true })
    .default(defaultPolicy.decodeDeadline)
    .meta({ description: 'time between token deadlines, D_d', examples: ['25ms'] }),
  prefillDeadline: duration({ positive: true })
    .optional()
    .meta({ description: 'deadline of the first token, D_p; 1s if there is no curve', examples: ['300ms'] }),
  prefillCurve: z
    .union([z.string().min(1), prefillCurve], { error: 'expected a file, or a curve with id, a_ms, b_ms_per_token, …' })
    .optional()
    .meta({
      description: 'instead: a first-token deadline that grows with the prompt; JSON file',
      examples: ['curve.json'],
    }),
  extrapolateCurve: z
    .boolean()
    .optional()
    .meta({ description: 'take the curve also for prompts outside the lengths it was measured on, and flag them' }),
  slack: duration()
    .optional()
    .meta({ description: 'added to the curve; 300ms if absent', examples: ['500ms'] }),
  fluidFrom: share
    .default(defaultPolicy.fluidFrom)
    .meta({ description: 'fluidity-index from which a request is fluid', examples: [0.95] }),
  fluidShare: share
    .default(defaultPolicy.fluidShare)
    .meta({ description: 'share of requests that must be fluid', examples: [0.95] }),
  ignoreFirstToken: z
    .boolean()
    .default(defaultPolicy.ignoreFirstToken)
    .meta({ description: 'the first token has no deadline' }),
  slackCap: duration({ positive: true })
    .optional()
    .meta({ description: 'most slack a request can bank; no cap if absent', examples: ['2s'] }),
  chunks: z
    .enum(['burst', 'chunk', 'even'])
    .default(defaultPolicy.chunks)
    .meta({
      description: 'tokens of one chunk are timed together, as one token, or spread over the gap before',
      examples: ['even'],
    }),
  ties: z
    .enum(['paper', 'strict'])
    .default(defaultPolicy.ties)
    .meta({
      description: 'a deadline met by the late token itself: missed (paper) or met (strict)',
      examples: ['strict'],
    }),
  channel: z
    .enum(['any', 'visible'])
    .default(defaultPolicy.channel)
    .meta({ description: 'tokens on the clock: all, or only those a reader sees', examples: ['visible'] }),
  from: z
    .enum(['scheduled', 'sent'])
    .default(defaultPolicy.from)
    .meta({
      description: 'latencies of the headline count from the scheduled or from the actual send',
      examples: ['sent'],
    }),
  tpot: z
    .enum(['after-first-chunk', 'paper'])
    .default(defaultPolicy.tpot)
    .meta({
      description: 'TPOT divides by the tokens after the first chunk, or by n - 1 (paper)',
      examples: ['paper'],
    }),
  pace: z
    .number()
    .positive()
    .default(defaultPolicy.pace)
    .meta({ description: 'reading pace, tokens per second', examples: [10] }),
  expectedTtft: duration({ positive: true })
    .default(defaultPolicy.expectedTtft)
    .meta({ description: 'first-token time a reader expects, for QoE', examples: ['500ms'] }),
  playbackDelay: duration()
    .default(defaultPolicy.playbackDelay)
    .meta({ description: 'pause after the first token before playback begins', examples: ['1s'] }),
  idlePenalty: z
    .number()
    .min(0)
    .default(defaultPolicy.idlePenalty)
    .meta({ description: 'smooth goodput: tokens lost for each second a reader waits', examples: [10] }),
  dialect: z
    .enum(['metron', 'etalon'])
    .default(defaultPolicy.dialect)
    .meta({
      description: "rules of percentiles and rates: metron's own, or those of the paper's tool",
      examples: ['etalon'],
    }),
});
