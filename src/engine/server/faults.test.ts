import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunking } from '../../../test/engine/faults/chunking.ts';
import { errors } from '../../../test/engine/faults/errors.ts';
import { eventContent } from '../../../test/engine/faults/event-content.ts';
import { eventStream } from '../../../test/engine/faults/event-stream.ts';
import { ask, expectWhole, type FaultChecks } from '../../../test/engine/faults/exchange.ts';
import { semantics } from '../../../test/engine/faults/semantics.ts';
import { timing } from '../../../test/engine/faults/timing.ts';
import { transport } from '../../../test/engine/faults/transport.ts';
import { usage } from '../../../test/engine/faults/usage.ts';
import { usageOfFault } from './fault.ts';
import { faults } from './faults.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';

const checks: FaultChecks = {
  ...chunking,
  ...errors,
  ...eventContent,
  ...eventStream,
  ...semantics,
  ...timing,
  ...transport,
  ...usage,
};

let engine: RunningEngine;
beforeAll(async () => {
  engine = await startEngine({
    port: 0,
    firstTokenMs: 5,
    perPromptTokenMs: 0,
    gapMs: 1,
    stallProbability: 0,
    slots: 100,
  });
});
afterAll(() => engine.close());

it('a stream without a fault is in good order', async () => {
  const { body, truth, end } = await ask(engine, {});
  expectWhole(body);
  expect(end).toBe('open');
  expect(truth).toMatchObject({ end: 'finished', output_tokens: 12 });
  expect(truth.faults).toBeUndefined();
});

describe('each fault', () => {
  it('has a check of its bytes', () => {
    const ofRequests = faults.all.filter((fault) => fault.of === 'request').map(({ kind }) => kind);
    expect(Object.keys(checks).sort()).toEqual(ofRequests.sort());
  });

  const cases = Object.entries(checks).flatMap(([kind, list]) =>
    list.map(([request, check]) => [request.fault ?? request.model ?? kind, kind, request, check] as const),
  );
  it.concurrent.each(cases)('%s', async (_name, kind, request, check) => {
    const response = await ask(engine, request);
    check(response);
    expect(response.truth.faults).toEqual([request.fault ?? kind]);
  });
});

it('the documentation lists every fault with its arguments', async () => {
  const text = await readFile(new URL('../../../docs/engine.md', import.meta.url), 'utf8');
  for (const { kind, parameters, summary } of faults.all) {
    expect(text).toContain(`| \`${usageOfFault(kind, parameters)}\` | ${summary} |`);
  }
});
