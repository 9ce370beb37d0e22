import { writeFileSync } from 'node:fs';
import { resolvePlan } from '../config/index.ts';
import { MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { calibrationFrom, type Probe, type ProbeRecords, probes } from '../engine/server/calibrate-server.ts';
import type { CalibrationFile } from '../engine/server/calibration-file.ts';
import { type EngineOptionsInput, readEngineOptions } from '../engine/server/options.ts';
import { readRun } from '../recording/read-run.ts';
import { run } from '../run/run.ts';
import { type Flag, type Flags, jsonFlag } from './verb.ts';

export const calibrateFlags: readonly Flag[] = [
  {
    flag: '--calibrate <url>',
    help: 'measure a real server with three probes and fit a simulated engine to it',
    group: 'Calibration:',
  },
  { flag: '--calibrate-model <name>', help: 'model to ask that server for', group: 'Calibration:' },
  {
    flag: '--calibration-out <file>',
    help: 'where the calibration is written (calibration.json)',
    group: 'Calibration:',
  },
  { flag: '--runs <folder>', help: 'where the run folders of the probes are made (runs)', group: 'Calibration:' },
  jsonFlag,
];

interface Server {
  readonly url: string;
  readonly model: string;
  readonly apiKeyEnv?: string;
}

/** Runs the probes against a live server, fits the engine to them and writes the calibration. */
export async function calibrateEngine(url: string, given: EngineOptionsInput, flags: Flags): Promise<void> {
  const model = flags.calibrateModel;
  if (typeof model !== 'string') {
    throw new MetronError('NO_MODEL', '--calibrate needs the name under which the server knows its model', {
      hint: 'add --calibrate-model NAME',
    });
  }
  const { server, core } = readEngineOptions({ ...given, engine: 'simulated' });
  // The preset is what a calibration replaces.
  const { hostPreset: _, ...engine } = core;
  const target = { url, model, ...(server.apiKeyEnv !== undefined && { apiKeyEnv: server.apiKeyEnv }) };
  const runsFolder = typeof flags.runs === 'string' ? flags.runs : 'runs';
  const records = {} as Record<keyof ProbeRecords, readonly RequestRecord[]>;
  for (const name of Object.keys(probes) as (keyof ProbeRecords)[]) {
    console.error(`probe ${probes[name].name} …`);
    records[name] = await measure(probes[name], target, runsFolder);
  }
  const calibration = calibrationFrom(records, engine, { url, model });
  const file = typeof flags.calibrationOut === 'string' ? flags.calibrationOut : 'calibration.json';
  const text = `${JSON.stringify(calibration, null, 2)}\n`;
  writeFileSync(file, text);
  if (flags.json === true) process.stdout.write(text);
  else console.log(describe(calibration, file).join('\n'));
}

async function measure(probe: Probe, target: Server, runsFolder: string): Promise<readonly RequestRecord[]> {
  const plan = resolvePlan({
    name: `calibrate-${probe.name}`,
    target,
    load: { closed: { users: probe.users }, requests: probe.requests },
    workload: { prompt: `${probe.promptTokens}`, output: `${probe.outputTokens}` },
  });
  const { folder } = await run(plan, { runsFolder });
  const { records } = await readRun(folder);
  return records;
}

function describe({ server, probes: found, engine }: CalibrationFile, file: string): string[] {
  const ms = (seconds: number): string => `${(seconds * 1e3).toFixed(2)} ms`;
  return [
    `${server.model} at ${server.url}`,
    `  one stream       ${ms(found.single.seconds)} a token at ${Math.round(found.single.context)} tokens of context`,
    `  ${found.batch.streams} streams       ${ms(found.batch.seconds)} a token at ${Math.round(found.batch.context)} tokens of context`,
    `  prefill          ${ms(found.prefill.seconds)} for ${found.prefill.tokens} tokens, network and frontend taken off`,
    `  frontend         ${ms(found.frontend.seconds)}`,
    `sustained share of the peak rate ${(engine.sustained ?? 0).toFixed(3)}`,
    `host ${(engine.hostConstantMs ?? 0).toFixed(3)} ms and ${(engine.hostPerSequenceUs ?? 0).toFixed(1)} µs a sequence`,
    '',
    `written to ${file}; serve it with: metron engine --calibration ${file}`,
  ];
}
