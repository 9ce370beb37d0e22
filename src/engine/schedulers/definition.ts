import type { Assembly, EngineParts } from '../assembly.ts';
import type { Named } from '../cost/catalogue.ts';

/** What a scheduler takes for granted where the user says nothing. */
export interface SchedulerDefaults {
  readonly maxBatchedTokens: number;
  readonly maxSequences: number;
  /** Share of all blocks that admission leaves free. */
  readonly watermark?: number;
  readonly prefixCaching?: boolean;
  readonly pipelineDepth?: 0 | 1;
  /** A prompt must fit one iteration; a longer one is refused. */
  readonly wholePrompts?: boolean;
  /** Memory for `maxModelLength` tokens is reserved for every request. */
  readonly reservesMaximum?: boolean;
  /** Its engines cannot be cut into pipeline stages. */
  readonly oneStage?: boolean;
}

export interface SchedulerContext {
  readonly maxModelLength: number;
  /** GPUs of 70 GiB and more, A100 excepted: the API server of vLLM V1 starts with larger batches there. */
  readonly largeBatches: boolean;
}

/** One way to batch requests: its name, its defaults and how an engine with it is put together. */
export interface SchedulerDefinition extends Named {
  readonly summary: string;
  defaults(context: SchedulerContext): SchedulerDefaults;
  assemble(parts: EngineParts): Assembly;
}
