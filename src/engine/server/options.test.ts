import { describe, expect, it } from 'vitest';
import { engines } from './engines.ts';
import { engineFlags, engineOptionsFromFlags, engineOptionsSchema, readEngineOptions } from './options.ts';

describe('engine options', () => {
  it('have a flag with help each', () => {
    expect(engineFlags.map(({ key }) => key).sort()).toEqual(Object.keys(engineOptionsSchema.shape).sort());
    for (const { help, flag } of engineFlags) {
      expect(help.length).toBeGreaterThan(10);
      expect(flag).toMatch(/^--[a-z-]+( <[a-z]+>| \[yes\])?$/);
    }
    expect(engineFlags.find(({ key }) => key === 'firstTokenMs')).toEqual({
      key: 'firstTokenMs',
      flag: '--first-token-ms <number>',
      help: 'first token of an empty prompt, milliseconds',
      default: 120,
      type: 'number',
      choices: [],
      repeatable: false,
      engine: 'simple',
    });
    expect(engineFlags.find(({ key }) => key === 'policy')).toMatchObject({ choices: ['fcfs', 'priority'] });
    expect(engineFlags.find(({ key }) => key === 'tensorParallel')).toMatchObject({ choices: ['1', '2', '4', '8'] });
    expect(engineFlags.find(({ key }) => key === 'scheduler')?.choices).toContain('sarathi');
    expect(engineFlags.find(({ key }) => key === 'inStep')).toMatchObject({ flag: '--in-step', type: 'boolean' });
    expect(engineFlags.find(({ key }) => key === 'fault')).toMatchObject({ flag: '--fault <rule>', repeatable: true });
    expect(engineFlags.find(({ key }) => key === 'weights')).toMatchObject({ type: 'string', engine: 'simulated' });
    expect(engineFlags.find(({ key }) => key === 'tensorParallel')).toMatchObject({ type: 'number' });
    expect(engineFlags.find(({ key }) => key === 'prefixCaching')).toMatchObject({ flag: '--prefix-caching [yes]' });
  });

  it('have one meaning each', () => {
    const keys = engines.all.flatMap(({ shape }) => Object.keys(shape));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('are read from what a command line gives', () => {
    const given = { port: '0', gapMs: '2.5', inStep: true, fault: ['reset@0.1'], json: true };
    expect(engineOptionsFromFlags(given)).toEqual({ port: 0, gapMs: 2.5, inStep: true, fault: ['reset@0.1'] });
    expect(engineOptionsFromFlags({ prefixCaching: 'no', gpu: 'a100' })).toEqual({ prefixCaching: false, gpu: 'a100' });
  });

  it.each([
    [{ port: 'abc' }, '--port: "abc" is not a number'],
    [{ port: '70000' }, '--port: 70000 is more than 65535'],
    [{ drafts: '1.5' }, '--drafts: 1.5 is not a whole number'],
    [{ blockSize: '0' }, '--block-size: 0 is not more than 0'],
    [{ tensorParallel: '3' }, '--tensor-parallel: 3 is none of 1, 2, 4, 8'],
    [{ policy: 'fair' }, '--policy: "fair" is none of fcfs, priority'],
    [{ spin: 'maybe' }, '--spin: "maybe" is not yes or no'],
  ])('%j is refused in plain words', (given, message) => {
    expect(() => engineOptionsFromFlags(given)).toThrow(message);
  });

  it('choose the engine that has them', () => {
    const kind = (options: object) => readEngineOptions(options).engine.kind;
    expect(kind({})).toBe('simple');
    expect(kind({ gapMs: 3, model: 'any' })).toBe('simple');
    expect(kind({ model: 'llama3-8b', gpu: 'h100', scheduler: 'vllm-v1' })).toBe('simulated');
    expect(kind({ model: 'Llama3-8B' })).toBe('simulated');
    expect(kind({ model: 'llama3-8b', slots: 3 })).toBe('simple');
    expect(kind({ model: 'llama3-8b', engine: 'simple' })).toBe('simple');
    expect(kind({ engine: 'simulated' })).toBe('simulated');
    expect(() => kind({ gpu: 'h100', gapMs: 3 })).toThrow(/no engine has all of .*--gpu/);
    expect(() => kind({ engine: 'simple', gpu: 'h100' })).toThrow('--gpu: the simple engine has no such option');
    expect(() => kind({ engine: 'simpel' })).toThrow(/known: simple, simulated/);
  });

  it('go to the server or to the engine', () => {
    const { server, core } = readEngineOptions({ host: '::1', hostPreset: 'trtllm-1.0', model: 'llama3-8b', port: 0 });
    expect(server).toMatchObject({ host: '::1', port: 0, model: 'llama3-8b' });
    expect(core).toEqual({ hostPreset: 'trtllm-1.0', model: 'llama3-8b' });
    expect(readEngineOptions({ model: 'any', slots: 3 }).core).toEqual({ slots: 3 });
  });

  it('are refused with every problem named', () => {
    expect(() => engineOptionsFromFlags({ port: 'abc', slots: '0' })).toThrow(/--port: .*; --slots: /);
    expect(() => readEngineOptions({ gapMS: 3 } as object)).toThrow(/--gap-m-s: unknown option; did you mean --gap-ms/);
  });
});
