import { type RunningEngine, startEngine } from 'metron';
import { afterAll, beforeAll } from 'vitest';

/** Starts an engine that answers soon and evenly, for the tests of one file; what is returned tells its URL to them. */
export function mildEngine(): () => string {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await startEngine({ port: 0, model: 'sim', firstTokenMs: 20, gapMs: 4, stallProbability: 0 });
  });
  afterAll(() => engine.close());
  return () => engine.url;
}
