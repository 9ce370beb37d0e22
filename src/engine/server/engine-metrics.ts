import { nanosecondsPerSecond } from '../../core/units.ts';
import type { EngineStats } from '../core.ts';
import { Histogram } from './histogram.ts';
import type { RequestTruth } from './truth-trace.ts';
import type { WallDriver } from './wall-driver.ts';

// Bucket bounds as vLLM has them, so that its dashboards work unchanged.
const firstTokenBounds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const tokenBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
const requestBounds = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const countBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

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

  /** `decoding`: from the first tokens to the last, nanoseconds. */
  countFinished(truth: RequestTruth, reason: string, tokens: number, decoding: number, endedAt: number): void {
    this.finished.set(reason, (this.finished.get(reason) ?? 0) + 1);
    this.cachedTokens += truth.cachedTokens;
    this.endToEnd.observe((endedAt - truth.arrivedAt) / nanosecondsPerSecond);
    this.promptLength.observe(truth.promptTokens ?? 0);
    this.answerLength.observe(tokens);
    if (tokens > 1) this.perOutputToken.observe(decoding / (tokens - 1) / nanosecondsPerSecond);
  }

  /** Prometheus text format. */
  render(model: string, stats: EngineStats, driver: WallDriver): string {
    const text = new PrometheusText({ model_name: model, engine: '0' });
    text.value('vllm:num_requests_running', 'gauge', 'requests being served', stats.running);
    text.value('vllm:num_requests_waiting', 'gauge', 'requests in line', stats.waiting);
    const used = stats.kvTotal > 0 ? stats.kvUsed / stats.kvTotal : 0;
    text.value('vllm:kv_cache_usage_perc', 'gauge', 'share of the KV cache in use, 1 is all', used);
    text.value('vllm:num_preemptions_total', 'counter', 'preemptions', stats.preemptions);
    text.value('vllm:prompt_tokens_total', 'counter', 'prompt tokens accepted', this.promptTokens);
    text.value('vllm:generation_tokens_total', 'counter', 'tokens produced', this.generationTokens);
    text.value('vllm:prefix_cache_hits_total', 'counter', 'prompt tokens from the prefix cache', this.cachedTokens);
    text.values('vllm:request_success_total', 'counter', 'requests finished', 'finished_reason', this.finished);
    text.histogram('vllm:time_to_first_token_seconds', 'arrival to first token written', this.firstToken);
    text.histogram('vllm:inter_token_latency_seconds', 'between writes of tokens', this.interToken);
    text.histogram('vllm:time_per_output_token_seconds', 'between writes of tokens, older name', this.interToken);
    text.histogram('vllm:request_time_per_output_token_seconds', 'mean of a request', this.perOutputToken);
    text.histogram('vllm:e2e_request_latency_seconds', 'arrival to end of answer', this.endToEnd);
    text.histogram('vllm:request_prompt_tokens', 'prompt tokens of a request', this.promptLength);
    text.histogram('vllm:request_generation_tokens', 'answer tokens of a request', this.answerLength);
    text.histogram('sim_write_lateness_seconds', 'due time to first write of that instant', driver.lateness);
    text.histogram('sim_flush_seconds_per_stream', 'writing time per stream when several are due', driver.flush);
    text.value('sim_queued_writes_total', 'counter', 'writes that had to wait for the client', this.queuedWrites);
    text.values('sim_faults_total', 'counter', 'faults injected', 'fault', this.faults);
    return text.toString();
  }
}

type Labels = Readonly<Record<string, string>>;

class PrometheusText {
  readonly #labels: Labels;
  readonly #lines: string[] = [];

  constructor(labels: Labels) {
    this.#labels = labels;
  }

  value(name: string, type: string, help: string, value: number): void {
    this.#head(name, type, help);
    this.#sample(name, {}, value);
  }

  values(name: string, type: string, help: string, label: string, values: ReadonlyMap<string, number>): void {
    this.#head(name, type, help);
    for (const [key, value] of values) this.#sample(name, { [label]: key }, value);
  }

  histogram(name: string, help: string, histogram: Histogram): void {
    this.#head(name, 'histogram', help);
    histogram.cumulative().forEach((count, i) => {
      this.#sample(`${name}_bucket`, { le: String(histogram.bounds[i] ?? '+Inf') }, count);
    });
    this.#sample(`${name}_sum`, {}, histogram.sum);
    this.#sample(`${name}_count`, {}, histogram.count);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  #head(name: string, type: string, help: string): void {
    this.#lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  #sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries({ ...this.#labels, ...labels }).map(([key, text]) => `${key}="${escaped(text)}"`);
    this.#lines.push(`${name}{${pairs.join(',')}} ${value}`);
  }
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
