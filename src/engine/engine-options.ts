import { z } from 'zod';

const count = () => z.number().int().positive();
const share = () => z.number().min(0).max(1);
const duration = () => z.number().nonnegative();

/** What an engine is made of. Every field has a default or takes the scheduler's. */
export const engineOptions = z.object({
  model: z.string().default('llama3-8b').describe('model, by name'),
  gpu: z.string().default('h100').describe('GPU, by name'),
  tensorParallel: z
    .union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)])
    .default(1)
    .describe('GPUs one engine, or one of its pipeline stages, spans'),
  pipelineParallel: z.number().int().min(1).max(16).default(1).describe('pipeline stages that share the layers'),
  stageLinkGbPerS: z.number().positive().default(40).describe('link from a pipeline stage to the next, GB/s'),
  weights: z.enum(['bf16', 'fp8']).default('bf16').describe('number format of the weights'),
  kvFormat: z.enum(['bf16', 'fp8']).default('bf16').describe('number format of keys and values'),
  host: z.string().default('vllm-v1-async').describe('host overhead, by preset'),
  hostConstantMs: duration().optional().describe('host time of an iteration in place of the preset, milliseconds'),
  hostPerSequenceUs: duration().optional().describe('host time per sequence in place of the preset, microseconds'),
  sustained: z.number().positive().max(2).optional().describe('share of the peak rate sustained, as calibrated'),

  scheduler: z.string().default('vllm-v1').describe('how requests are batched'),
  maxBatchedTokens: count().optional().describe('token budget of an iteration; chunk size for sarathi'),
  minChunk: count()
    .optional()
    .describe('sarathi: chunks shrink from max-batched-tokens to this many tokens while a prompt proceeds'),
  chunkStages: z.number().int().min(2).default(16).describe('sarathi: steps in which they shrink'),
  chunkScheduleTokens: count()
    .optional()
    .describe('sarathi: prompt tokens over which they shrink; default: the longest context'),
  maxSequences: count().optional().describe('requests running at once'),
  maxModelLength: count().optional().describe("longest prompt and answer together; default: the model's context"),
  longPrefillThreshold: z
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe('longest prefill chunk of one request; 0: none'),
  watermark: share().optional().describe('share of the blocks that admission leaves free'),
  policy: z.enum(['fcfs', 'priority']).default('fcfs').describe('order of the waiting line (vllm-v1)'),
  pipelineDepth: z
    .union([z.literal(0), z.literal(1)])
    .optional()
    .describe('1: a batch is frozen one iteration ahead'),
  padFinished: z.boolean().default(true).describe('static batching: finished members are still computed'),
  minBatch: count().default(1).describe('static batching: requests to wait for'),
  maxWaitMs: duration().default(0).describe('static batching: longest wait for them, milliseconds'),

  blockSize: count().default(16).describe('tokens per key-value block'),
  memoryUtilization: z.number().positive().max(1).default(0.9).describe('share of GPU memory the engine may use'),
  kvBlocks: count().optional().describe('key-value blocks; default: what fits beside the weights'),
  prefixCaching: z.boolean().optional().describe('answer known prompt prefixes from memory'),

  drafts: z.number().int().min(0).max(16).default(0).describe('speculative decoding: drafts per iteration; 0: off'),
  acceptance: share().default(0.7).describe('probability that a draft is accepted after those before it'),
  draftCost: share().default(0.05).describe('cost of one draft as a share of an iteration'),

  prefillEngines: count().default(1).describe('disaggregated: engines that prefill'),
  decodeEngines: count().default(1).describe('disaggregated: engines that decode'),
  linkGbPerS: z
    .number()
    .positive()
    .default(40)
    .describe('disaggregated: link speed, GB/s (NVLink 600, NDR 40, 200G RoCE 20)'),
  linkSetupMs: duration().default(1).describe('disaggregated: setting up a transfer, milliseconds'),
  linkOverlap: share().default(0).describe('disaggregated: share of a transfer hidden behind the prefill'),
  firstTokenFrom: z.enum(['prefill', 'decode']).default('prefill').describe('disaggregated: which side emits token 1'),

  ingressMs: duration().default(5).describe('from the socket to the scheduler, milliseconds'),
  ingressPerTokenUs: duration().default(2).describe('more of it per prompt token (tokenizing), microseconds'),
  egressMs: duration().default(0.5).describe('from the end of an iteration to the socket, milliseconds'),
  jitter: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('sigma of a lognormal factor on each iteration; 0.02 is lifelike'),
  hiccups: share().default(0).describe('share of iterations that take 20–50 ms more; 0.0001 is lifelike'),
  tile: count().optional().describe('linear layers compute tokens in tiles of this many'),
  chunkFactor: z
    .number()
    .min(1)
    .default(1)
    .describe('iterations with up to 1,024 prefill tokens take this many times longer (old kernels: 1.1 and more)'),
  graphPadding: z.boolean().default(false).describe('decode batches are padded to captured graph sizes'),
});

/** As a user writes it: everything may be left out. */
export type EngineOptions = z.input<typeof engineOptions>;
export type ResolvedEngineOptions = z.output<typeof engineOptions>;
