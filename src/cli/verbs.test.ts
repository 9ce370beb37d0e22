import { describe, expect, it } from 'vitest';
import { verbsFor } from './verbs.ts';

describe('verbs', () => {
  it('are all there where none was typed, each once', async () => {
    const names = (await verbsFor('--help')).map(({ name }) => name);
    expect(names).toContain('run');
    expect(new Set(names).size).toBe(names.length);
  });

  it('are loaded one at a time under the name that a user types', async () => {
    for (const { name } of await verbsFor(undefined)) {
      const [verb, ...others] = await verbsFor(name);
      expect(verb?.name).toBe(name);
      expect(others).toEqual([]);
    }
  });

  it.each(['hasOwnProperty', 'constructor', 'ruin'])('knows no verb %s', async (typed) => {
    expect((await verbsFor(typed)).length).toBeGreaterThan(1);
  });
});
