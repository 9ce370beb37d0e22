import { describe, expect, it } from 'vitest';
import { parseEngineOptions } from './simulate.ts';

describe('options of --simulate', () => {
  it('go by the names of `metron engine` and by their own', () => {
    const own = { host: 'modern', tensorParallel: 4, prefixCaching: true };
    expect(parseEngineOptions('host-preset=modern,tensor-parallel=4,prefix-caching=yes')).toEqual(own);
    expect(parseEngineOptions('host=modern,tensorParallel=4,prefixCaching=true')).toEqual(own);
  });

  it.each([
    ['sheduler=sarathi', 'has no option "sheduler"'],
    ['gpu', 'has no option "gpu"'],
    ['tensor-parallel=3', 'tensorParallel: 3 is none of 1, 2, 4, 8'],
  ])('%s is refused', (text, message) => {
    expect(() => parseEngineOptions(text)).toThrow(message);
  });
});
