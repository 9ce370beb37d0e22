import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { allowedCores, keepTo, partitionCores } from './thread-placement.ts';

const cores = allowedCores();

describe.runIf(cores.length > 0)('places of threads', () => {
  afterEach(() => {
    keepTo(cores);
  });

  it('keeps the calling thread where it is told to be', () => {
    expect(keepTo(cores.slice(0, 1))).toBe(true);
    expect(allowedCores()).toEqual(cores.slice(0, 1));
  });

  it('keeps to no core but those that there are', () => {
    expect(keepTo([])).toBe(false);
    expect(allowedCores()).toEqual(cores);
  });

  it('leaves the last cores to the receivers, until it is undone', () => {
    const partition = partitionCores(1);
    expect(partition === undefined).toBe(cores.length < 2);
    if (!partition) return;
    expect(partition.receiverCores).toEqual(cores.slice(-1));
    expect(allowedCores()).toEqual(cores);
    partition.begin();
    expect(allowedCores()).toEqual(cores.slice(0, -1));
    partition.restore();
    expect(allowedCores()).toEqual(cores);
  });

  it('leaves receivers where they are and moves all others', () => {
    const [receiver, other] = readdirSync('/proc/self/task').map(Number).slice(-2);
    const partition = partitionCores(1);
    if (!partition || receiver === undefined || other === undefined) return;
    keepTo(partition.receiverCores, receiver);
    partition.begin();
    expect(allowedCores(receiver)).toEqual(cores.slice(-1));
    expect(allowedCores(other)).toEqual(cores.slice(0, -1));
    partition.restore();
    expect(allowedCores(receiver)).toEqual(cores);
  });

  it('takes nothing away where every core has a receiver', () => {
    expect(partitionCores(cores.length)).toBeUndefined();
    expect(allowedCores()).toEqual(cores);
  });
});
