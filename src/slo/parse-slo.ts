import { MetronError } from '../core/errors.ts';
import { presets } from './presets/index.ts';
import type { Condition, Slo } from './slo.ts';
import { errorRateAtMost } from './types/error-rate.ts';
import { sloTypes } from './types/index.ts';

/** Failures always count; without a bound of their own, this share of them is too many. */
const defaultErrorRate = 0.01;

export function parseCondition(text: string): Condition {
  for (const type of sloTypes.all) {
    const condition = type.parse(text);
    if (condition) return condition;
  }
  throw new MetronError('SLO_INVALID', `"${text}" is no objective`, {
    hint: `forms: ${sloTypes.all.map(({ example }) => example).join(', ')}`,
  });
}

/** An objective from conditions (several in one text are parted by commas) and presets. */
export function parseSlo(texts: readonly string[], presetKinds: readonly string[] = []): Slo {
  const chosen = presetKinds.map((kind) => presets.get(kind));
  const written = [...chosen.flatMap(({ conditions }) => conditions), ...texts.flatMap((text) => text.split(','))];
  const conditions = written.filter((text) => text.trim() !== '').map(parseCondition);
  if (conditions.length === 0) {
    throw new MetronError('SLO_MISSING', 'no objective is given', {
      hint: 'give --slo, such as --slo "ttft_p99<=1s", or --preset, such as --preset paper-50',
    });
  }
  if (!conditions.some(({ text }) => text.startsWith('error_rate'))) conditions.push(errorRateAtMost(defaultErrorRate));
  return {
    id: [...presetKinds, ...texts].join(', '),
    conditions: withoutTwins(conditions),
    policy: mergedPolicies(chosen),
  };
}

const withoutTwins = (conditions: readonly Condition[]): Condition[] =>
  conditions.filter(({ text }, i) => conditions.findIndex((other) => other.text === text) === i);

function mergedPolicies(chosen: readonly { kind: string; policy?: Slo['policy'] }[]): Slo['policy'] {
  const merged: Record<string, unknown> = {};
  for (const { kind, policy = {} } of chosen) {
    for (const [field, value] of Object.entries(policy)) {
      if (field in merged && merged[field] !== value) {
        throw new MetronError('SLO_CONTRADICTION', `preset ${kind} sets another ${field} than the preset before it`, {
          hint: 'search for one of them at a time; stored probes can be scored again with --rescore',
        });
      }
      merged[field] = value;
    }
  }
  return merged;
}
