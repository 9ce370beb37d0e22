import { nanosecondsPerSecond } from '../../core/units.ts';
import type { EngineStats } from '../core.ts';
import { coreWaitSeconds } from './core-wait.ts';
import type { EngineInside } from './engines.ts';
import { Histogram } from './histogram.ts';
import { PrometheusText } from './prometheus-text.ts';
import type { CompletionCall } from './protocol.ts';
import type { RequestTruth } from './truth-trace.ts';
import type { WallDriver } from './wall-driver.ts';

// Bucket bounds as vLLM has them, so that its dashboards work unchanged.
const firstTokenBounds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const tokenBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
const requestBounds = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const countBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

/** An answer that was given to its end. */
export interface FinishedAnswer {
  readonly reason: string;
  readonly tokens: number;
  /** First and last tokens as they were written, and the end, nanoseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly endedAt: number;
  /** The same on the engine's own clock. */
  readonly engine: { readonly scheduledAt: number | undefined; readonly firstAt: number; readonly endedAt: number };
}

/** What the server counts, in the names that vLLM gives it and a few of its own (`sim_`). */
export class EngineMetrics {
  requests = 0;
  promptTokens = 0;
  generationTokens = 0;
  cachedTokens = 0;
  queuedWrites = 0;
  readonly finished = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly firstToken = new Histogram(firstTokenBounds);
  readonly interToken = new Histogram(tokenBounds);
  readonly perOutputToken = new Histogram(tokenBounds);
  readonly endToEnd = new Histogram(requestBounds);
  readonly queue = new Histogram(requestBounds);
  readonly prefill = new Histogram(requestBounds);
  readonly decode = new Histogram(requestBounds);
  readonly inference = new Histogram(requestBounds);
  readonly maxTokens = new Histogram(countBounds);
  readonly answers = new Histogram([1, 2, 5, 10, 20]);
  readonly promptLength = new Histogram(countBounds);
  readonly answerLength = new Histogram(countBounds);

  countFault(name: string): void {
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
  }

  countFirstToken(sinceArrival: number, tokens: number): void {
    this.generationTokens += tokens;
    this.firstToken.observe(sinceArrival / nanosecondsPerSecond);
  }

  countTokens(sinceLast: number, tokens: number): void {
    this.generationTokens += tokens;
    this.interToken.observe(sinceLast / nanosecondsPerSecond);
  }

  countAsked({ maxTokens, choices }: Pick<CompletionCall, 'maxTokens' | 'choices'>): void {
    this.answers.observe(choices);
    if (maxTokens !== undefined) this.maxTokens.observe(maxTokens);
  }

  countFinished(truth: RequestTruth, { reason, tokens, firstAt, lastAt, endedAt, engine }: FinishedAnswer): void {
    const seconds = (from: number, to: number): number => Math.max(0, to - from) / nanosecondsPerSecond;
    this.finished.set(reason, (this.finished.get(reason) ?? 0) + 1);
    this.cachedTokens += truth.cachedTokens;
    this.endToEnd.observe(seconds(truth.arrivedAt, endedAt));
    this.promptLength.observe(truth.promptTokens ?? 0);
    this.answerLength.observe(tokens);
    if (tokens > 1) this.perOutputToken.observe(seconds(firstAt, lastAt) / (tokens - 1));
    if (engine.scheduledAt === undefined) return;
    this.queue.observe(seconds(truth.submittedAt ?? truth.arrivedAt, engine.scheduledAt));
    this.prefill.observe(seconds(engine.scheduledAt, engine.firstAt));
    this.decode.observe(seconds(engine.firstAt, engine.endedAt));
    this.inference.observe(seconds(engine.scheduledAt, engine.endedAt));
  }

  /** Prometheus text format. */
  render(model: string, stats: EngineStats, driver: WallDriver, inside?: EngineInside): string {
    const text = new PrometheusText({ model_name: model, engine: '0' });
    text.value('vllm:num_requests_running', 'gauge', 'requests being served', stats.running);
    text.value('vllm:num_requests_waiting', 'gauge', 'requests in line', stats.waiting);
    const used = stats.kvTotal > 0 ? stats.kvUsed / stats.kvTotal : 0;
    text.value('vllm:kv_cache_usage_perc', 'gauge', 'share of the KV cache in use, 1 is all', used);
    text.value('vllm:gpu_cache_usage_perc', 'gauge', 'the same under its older name', used);
    text.value('vllm:num_preemptions_total', 'counter', 'preemptions', stats.preemptions);
    text.value('vllm:prompt_tokens_total', 'counter', 'prompt tokens accepted', this.promptTokens);
    text.value('vllm:generation_tokens_total', 'counter', 'tokens produced', this.generationTokens);
    this.#renderInside(text, inside);
    text.values('vllm:request_success_total', 'counter', 'requests finished', 'finished_reason', this.finished);
    text.histogram('vllm:time_to_first_token_seconds', 'arrival to first token written', this.firstToken);
    text.histogram('vllm:inter_token_latency_seconds', 'between writes of tokens', this.interToken);
    text.histogram('vllm:time_per_output_token_seconds', 'between writes of tokens, older name', this.interToken);
    text.histogram('vllm:request_time_per_output_token_seconds', 'mean of a request', this.perOutputToken);
    text.histogram('vllm:e2e_request_latency_seconds', 'arrival to end of answer', this.endToEnd);
    text.histogram('vllm:request_queue_time_seconds', 'in line', this.queue);
    text.histogram('vllm:request_prefill_time_seconds', 'first worked on to first token', this.prefill);
    text.histogram('vllm:request_decode_time_seconds', 'first token to last', this.decode);
    text.histogram('vllm:request_inference_time_seconds', 'first worked on to last token', this.inference);
    text.histogram('vllm:request_params_n', 'answers asked for', this.answers);
    text.histogram('vllm:request_params_max_tokens', 'tokens allowed', this.maxTokens);
    text.histogram('vllm:request_max_num_generation_tokens', 'longest answer of a request', this.answerLength);
    text.histogram('vllm:request_prompt_tokens', 'prompt tokens of a request', this.promptLength);
    text.histogram('vllm:request_generation_tokens', 'answer tokens of a request', this.answerLength);
    text.histogram('sim_write_lateness_seconds', 'due time to first write of that instant', driver.lateness);
    text.histogram('sim_flush_seconds_per_stream', 'writing time per stream when several are due', driver.flush);
    const waited = coreWaitSeconds();
    if (waited !== undefined) {
      text.value('sim_core_wait_seconds_total', 'counter', 'ready to run while others had the core', waited);
    }
    text.value('sim_queued_writes_total', 'counter', 'writes that had to wait for the client', this.queuedWrites);
    text.values('sim_faults_total', 'counter', 'faults injected', 'fault', this.faults);
    return text.toString();
  }

  #renderInside(text: PrometheusText, inside: EngineInside | undefined): void {
    const {
      prefixQueries = 0,
      prefixHits = this.cachedTokens,
      drafts = 0,
      draftRounds = 0,
      acceptedDrafts = 0,
    } = inside?.counters() ?? {};
    for (const name of ['prefix_cache', 'gpu_prefix_cache']) {
      text.value(`vllm:${name}_queries_total`, 'counter', 'prompt tokens looked up in the prefix cache', prefixQueries);
      text.value(`vllm:${name}_hits_total`, 'counter', 'prompt tokens found there', prefixHits);
    }
    if (!inside) return;
    const { blockTokens, blocks, utilization, prefixes } = inside.cache;
    // Adapters are not simulated; scrapers look for the names.
    text.info('vllm:lora_requests_info', 'adapters in use', {
      max_lora: '0',
      running_lora_adapters: '',
      waiting_lora_adapters: '',
    });
    text.info('vllm:cache_config_info', 'the key-value cache', {
      block_size: `${blockTokens}`,
      num_gpu_blocks: `${blocks}`,
      gpu_memory_utilization: `${utilization}`,
      enable_prefix_caching: prefixes ? 'True' : 'False',
    });
    text.value('vllm:spec_decode_num_drafts_total', 'counter', 'rounds of drafts', draftRounds);
    text.value('vllm:spec_decode_num_draft_tokens_total', 'counter', 'drafted tokens', drafts);
    text.value('vllm:spec_decode_num_accepted_tokens_total', 'counter', 'of them accepted', acceptedDrafts);
    text.histogram('vllm:iteration_tokens_total', 'tokens of an iteration', inside.iterationTokens);
  }
}
