import { exitCodes } from '../core/errors.ts';
import { engineFlags, engineOptionsFromFlags } from '../engine/server/options.ts';
import { serveEngine } from '../engine/server/serve-engine.ts';
import { calibrateEngine, calibrateFlags } from './engine-calibrate.ts';
import { describeEngineList, engineList } from './engine-list.ts';
import type { Flag, Verb } from './verb.ts';

/** One flag of each name: where engines share one, the first says what it means. */
const flags: Flag[] = engineFlags.map(({ flag, help, default: standard, type, choices, repeatable, engine }) => {
  const byDefault = standard === undefined || type === 'list' || standard === false ? '' : ` (${String(standard)})`;
  const ofThese = choices.length === 0 ? '' : `: ${choices.join(', ')}`;
  const group = engine === undefined ? 'Server:' : `${engine.replace(/^./, (letter) => letter.toUpperCase())} engine:`;
  return { flag, help: `${help}${ofThese}${byDefault}`, repeatable, group };
});

export const engine: Verb = {
  name: 'engine',
  summary: 'serve a simulated LLM engine that speaks the OpenAI API',
  examples: [
    'metron engine --port 8000',
    'metron engine --model llama3-8b --gpu h100 --scheduler vllm-v1',
    'metron engine --list',
    'metron engine --model-config ./config.json --datasheet bandwidth=3.35e12,flops=989e12,memory=80',
    'metron engine --calibrate http://localhost:8000/v1 --calibrate-model my-model --model llama3-8b --gpu a100',
    'metron engine --trace truth.jsonl --fault reset@0.05',
  ],
  flags: [
    ...flags,
    { flag: '--until-stdin-closes', help: 'end when standard input closes, for programs that start an engine' },
    { flag: '--list', help: 'show models, GPUs, schedulers, host presets and faults of the engine' },
    ...calibrateFlags,
  ],
  async main(_positional, given) {
    if (given.list === true) {
      console.log(given.json === true ? JSON.stringify(engineList(), null, 2) : describeEngineList());
      return exitCodes.ok;
    }
    const options = engineOptionsFromFlags(given);
    if (typeof given.calibrate === 'string') {
      await calibrateEngine(given.calibrate, options, given);
      return exitCodes.ok;
    }
    await serveEngine({
      engine: options,
      json: given.json === true,
      exitWithParent: given.untilStdinCloses === true,
    });
    return exitCodes.ok;
  },
};
