import { describe, expect, it } from 'vitest';
import { gpus } from '../engine/cost/gpus.ts';
import { hosts } from '../engine/cost/hosts.ts';
import { models } from '../engine/cost/models.ts';
import { schedulers } from '../engine/schedulers/index.ts';
import { faults } from '../engine/server/faults.ts';
import { describeEngineList, engineList } from './engine-list.ts';

describe('the list of what an engine is made of', () => {
  it('holds everything that is known by name, with its provenance', () => {
    const list = engineList();
    const kinds = (part: keyof typeof list) => list[part].map(({ kind }) => kind);
    expect(kinds('models')).toEqual(models.kinds);
    expect(kinds('gpus')).toEqual(gpus.kinds);
    expect(kinds('schedulers')).toEqual(schedulers.kinds);
    expect(kinds('hosts')).toEqual(hosts.kinds);
    expect(kinds('faults')).toEqual(faults.kinds);
    for (const { provenance } of list.gpus) expect(['calibrated', 'extrapolated']).toContain(provenance);
  });

  it('is printed whole', () => {
    const text = describeEngineList();
    for (const { usage, label } of engineList().faults) {
      expect(text).toContain(usage);
      expect(text).toContain(label);
    }
  });
});
