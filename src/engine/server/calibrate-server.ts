import type { RequestRecord } from '../../core/record.ts';
import { calibrate } from '../cost/calibration.ts';
import { decodeProbe, firstTokenProbe, singleProbe } from '../cost/probes-from-records.ts';
import { designEngine } from '../engine-design.ts';
import { type EngineOptions, engineOptions } from '../engine-options.ts';
import type { CalibrationFile } from './calibration-file.ts';
import { parseDatasheet } from './datasheet.ts';
import { type HardwareEngineOptions, readOwnHardware } from './own-hardware.ts';

/** What is asked of a server so that its speed can be read off the answers. */
export interface Probe {
  readonly name: string;
  readonly users: number;
  readonly requests: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
}

const streams = 32;

/** Three unknowns, three probes; the short one takes network and frontend off the prefill. */
export const probes = {
  short: { name: 'frontend', users: 1, requests: 9, promptTokens: 16, outputTokens: 2 },
  prefill: { name: 'prefill', users: 1, requests: 5, promptTokens: 4096, outputTokens: 2 },
  single: { name: 'single-stream', users: 1, requests: 3, promptTokens: 512, outputTokens: 128 },
  batch: { name: 'batch', users: streams, requests: streams, promptTokens: 256, outputTokens: 192 },
} as const satisfies Record<string, Probe>;

export type ProbeRecords = Readonly<Record<keyof typeof probes, readonly RequestRecord[]>>;

/** Fits the sustained rate and the host of a simulated engine to what a server did under the probes. */
export function calibrationFrom(
  records: ProbeRecords,
  given: HardwareEngineOptions,
  server: { readonly url: string; readonly model: string },
): CalibrationFile {
  const { options, own } = readOwnHardware(given);
  const { model, gpu, options: resolved } = designEngine(options, own);
  const { tensorParallel, weights, kvFormat: kv, ingressPerTokenUs, egressMs } = resolved;
  const single = singleProbe(records.single);
  const { streams: together, ...batch } = decodeProbe(records.batch);
  const short = firstTokenProbe(records.short);
  const long = firstTokenProbe(records.prefill);
  // A prompt this short takes one iteration about as long as a decode's.
  const tokenizing = (ingressPerTokenUs / 1e6) * (long.tokens - short.tokens);
  const prefill = { seconds: long.seconds - short.seconds - tokenizing + single.seconds, tokens: long.tokens };
  const frontend = { seconds: Math.max(0, short.seconds - single.seconds) };
  const measured = {
    single: { seconds: single.seconds, context: single.context },
    batch: { ...batch, streams: together },
    prefill,
  };
  const found = calibrate(model, gpu, { tensorParallel, weights, kv }, measured);
  const engine: EngineOptions = {
    ...options,
    sustained: found.sustained,
    hostConstantMs: found.host.constant * 1e3,
    hostPerSequenceUs: found.host.perSequence * 1e6,
    ingressMs: Math.max(0, frontend.seconds * 1e3 - egressMs - (ingressPerTokenUs / 1e3) * short.tokens),
  };
  engineOptions.parse(engine);
  return {
    calibration: 1,
    server,
    probes: { ...measured, frontend },
    engine,
    own: {
      ...(own.model && { model: own.model }),
      ...(given.datasheet !== undefined && { datasheet: parseDatasheet(given.datasheet) }),
    },
  };
}
