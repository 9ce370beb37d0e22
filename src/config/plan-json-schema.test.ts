import { describe, expect, it } from 'vitest';
import { arrivals, lengths } from '../workload/index.ts';
import { planJsonSchema } from './plan-json-schema.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly const?: unknown;
  readonly type?: unknown;
  readonly pattern?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly additionalProperties?: unknown;
}

const schema = planJsonSchema() as Node;
const at = (...path: string[]): Node => path.reduce<Node>((node, key) => node.properties?.[key] ?? {}, schema);
const kindsOf = (node: Node): unknown[] => (node.oneOf ?? []).map((variant) => variant.properties?.kind?.const);

describe('the JSON Schema of a plan', () => {
  it('is JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });

  it('describes settings as they are written', () => {
    expect(at('score', 'decodeDeadline')).toMatchObject({
      type: 'string',
      default: '50ms',
      description: 'time between token deadlines, D_d',
    });
    expect(new RegExp(at('score', 'decodeDeadline').pattern ?? '').test('25ms')).toBe(true);
    expect(schema.additionalProperties).toBe(false);
  });

  it('takes every kind in full, or in one word', () => {
    const [word, written = {}] = at('load', 'arrivals').anyOf ?? [];
    expect(word).toEqual({ type: ['string', 'number'] });
    expect(kindsOf(written)).toEqual(arrivals.kinds);
    expect(kindsOf(at('workload', 'prompt').anyOf?.[1] ?? {})).toEqual(lengths.kinds);
  });
});
