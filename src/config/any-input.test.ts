import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetronError } from '../core/errors.ts';
import { planFlags } from './flags.ts';
import { planFromFlags } from './plan-from-flags.ts';
import { planSchema } from './plan-schema.ts';
import { planToJson } from './plan-to-json.ts';
import { resolvePlan } from './resolve-plan.ts';
import { allSettings } from './setting.ts';

const target = { url: 'http://localhost:8000/v1', model: 'small' };

/** A plan comes out, and its JSON gives the same plan; or one error with a sentence. Nothing else may happen. */
function planOrSentence(action: () => ReturnType<typeof resolvePlan>): void {
  try {
    const plan = action();
    expect(resolvePlan(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
  } catch (cause) {
    if (!(cause instanceof MetronError)) throw cause;
    expect(cause.message.length).toBeGreaterThan(10);
    expect(cause.message).not.toMatch(/\bundefined\b|\[object|Invalid input/);
  }
}

const word = fc.constantFrom(
  '',
  '0',
  '-1',
  '5',
  '1e3',
  '60s',
  '-5s',
  '9..3',
  '3..9',
  'a,b',
  'k=v',
  ':',
  'gamma:cv=2',
  '{}',
);
const anyValue = fc.oneof(word, fc.jsonValue({ maxDepth: 2 }));

describe('whatever is written', () => {
  it('in a file, gives a plan or one clear error', () => {
    const sections = Object.keys(planSchema.shape);
    const anyPlan = fc.dictionary(fc.constantFrom(...sections, 'laod', ''), anyValue, { maxKeys: 6 });
    fc.assert(fc.property(fc.oneof(anyValue, anyPlan), (input) => planOrSentence(() => resolvePlan(input))));
  });

  it('in one setting of a plan, gives a plan or one clear error', () => {
    const paths = allSettings()
      .map(({ path }) => path.split('.'))
      .filter((path) => path.length === 2);
    fc.assert(
      fc.property(fc.constantFrom(...paths), anyValue, ([section = '', key = ''], value) => {
        const plan: Record<string, object> = { target, load: { arrivals: { rate: 4 } } };
        planOrSentence(() => resolvePlan({ ...plan, [section]: { ...plan[section], [key]: value } }));
      }),
      { numRuns: 500 },
    );
  });

  it('in flags, gives a plan or one clear error', () => {
    const flags = fc.dictionary(
      fc.constantFrom(...planFlags.map(({ attribute }) => attribute)),
      fc.oneof(word, fc.string(), fc.constant(true), fc.array(word, { maxLength: 2 })),
      { maxKeys: 5 },
    );
    fc.assert(
      fc.property(flags, (values) => planOrSentence(() => planFromFlags({ ...target, rate: '4', ...values }))),
      { numRuns: 500 },
    );
  });
});
