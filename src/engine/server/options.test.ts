import { describe, expect, it } from 'vitest';
import { engineFlags, engineOptionsFromFlags, engineOptionsSchema, readEngineOptions } from './options.ts';

describe('engine options', () => {
  it('have a flag with help each', () => {
    expect(engineFlags.map(({ key }) => key)).toEqual(Object.keys(engineOptionsSchema.shape));
    for (const { help, flag } of engineFlags) {
      expect(help.length).toBeGreaterThan(10);
      expect(flag).toMatch(/^--[a-z-]+( <[a-z]+>)?$/);
    }
    expect(engineFlags.find(({ key }) => key === 'firstTokenMs')).toEqual({
      key: 'firstTokenMs',
      flag: '--first-token-ms <number>',
      help: 'first token of an empty prompt, milliseconds',
      default: 120,
      type: 'number',
      repeatable: false,
    });
    expect(engineFlags.find(({ key }) => key === 'inStep')).toMatchObject({ flag: '--in-step', type: 'boolean' });
    expect(engineFlags.find(({ key }) => key === 'fault')).toMatchObject({ flag: '--fault <rule>', repeatable: true });
  });

  it('are read from what a command line gives', () => {
    const options = engineOptionsFromFlags({ port: '0', gapMs: '2.5', inStep: true, fault: ['reset@0.1'], json: true });
    expect(options).toMatchObject({ port: 0, gapMs: 2.5, inStep: true, fault: ['reset@0.1'], slots: 24 });
  });

  it('are refused with every problem named', () => {
    expect(() => engineOptionsFromFlags({ port: 'abc', slots: '0' })).toThrow(/--port: .*; --slots: /);
    expect(() => readEngineOptions({ gapMS: 3 } as object)).toThrow(/--gap-m-s: unknown option; did you mean --gap-ms/);
  });
});
