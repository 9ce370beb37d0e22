import { type Disclosed, disclosureFields } from '../core/manifest.ts';
import { nanosecondsPerMillisecond } from '../core/units.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import { chosen, chosenNumber, chosenShare, number } from './format.ts';
import type { ReportManifest } from './report-input.ts';

/** What was run: the facts a comparison needs, the plan in full, and how to do it again. */
export interface PlanFacts {
  readonly facts: readonly Fact[];
  readonly disclosed: readonly Fact[];
  /** The plan, one setting a line. */
  readonly text: string;
  readonly command: string;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** How it is known: declared, detected, not verifiable, missing. */
  readonly status?: string;
}

const longestPlan = 20_000;

export function planFacts(plan: unknown, manifest: ReportManifest, policy: ScorePolicy): PlanFacts {
  const facts: Fact[] = [
    { label: 'Target', value: target(plan) },
    { label: 'Load', value: brief(at(plan, 'load')) },
    { label: 'Prompts', value: brief(at(plan, 'workload', 'prompt')) },
    { label: 'Answers', value: brief(at(plan, 'workload', 'output')) },
    { label: 'Phases', value: brief(at(plan, 'phases')) },
    { label: 'Target for readers', value: aim(policy) },
    { label: 'First-token deadline', value: firstToken(policy) },
    { label: 'Token policy', value: tokens(policy) },
    ...Object.entries(manifest.identity ?? {}).map(([label, value]) => ({
      label: words(label),
      value: shortHash(String(value)),
    })),
    ...(manifest.endedBy === undefined ? [] : [{ label: 'Ended by', value: manifest.endedBy }]),
    ...(manifest.metronVersion === undefined ? [] : [{ label: 'metron', value: manifest.metronVersion }]),
  ];
  const text = lines(plan, '').join('\n');
  return {
    facts: facts.filter(({ value }) => value !== ''),
    disclosed: [
      ...Object.entries(manifest.disclosure ?? {}).map(disclosed),
      ...Object.entries(manifest.facts ?? {}).map(([name, value]) => ({
        label: words(name),
        value: withoutUser(value),
        status: 'declared',
      })),
    ],
    text: text.length > longestPlan ? `${text.slice(0, longestPlan)}\n… the rest is in plan.json` : text,
    command: 'metron run plan.json',
  };
}

const labels: Readonly<Record<string, string>> = disclosureFields;

const disclosed = ([field, { value, status }]: [string, Disclosed]): Fact => ({
  label: labels[field] ?? words(field),
  value: value === undefined ? '' : brief(value),
  status,
});

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined),
    value,
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function target(plan: unknown): string {
  const [url, model, protocol] = ['url', 'model', 'protocol'].map((key) => scalar(at(plan, 'target', key)));
  return [url, model && `model ${model}`, protocol].filter(Boolean).join(', ');
}

/** A user name or password in an address is nobody's business. */
const withoutUser = (text: string): string => text.replace(/\/\/[^/@\s]*@/g, '//');
const scalar = (value: unknown): string =>
  value === undefined || value === null || typeof value === 'object' ? '' : withoutUser(String(value));

/** "constant, rate 4": nested settings in one line. */
function brief(value: unknown): string {
  if (Array.isArray(value)) return value.length > 8 ? `${value.length} entries` : value.map(brief).join(', ');
  if (!isObject(value)) return scalar(value);
  return Object.entries(value)
    .sort(([a], [b]) => Number(b === 'kind') - Number(a === 'kind'))
    .map(([key, inner]) => {
      const text = brief(inner);
      return text === ''
        ? ''
        : key === 'kind'
          ? text
          : isObject(inner)
            ? `${words(key).toLowerCase()}: ${text}`
            : `${words(key).toLowerCase()} ${text}`;
    })
    .filter((text) => text !== '')
    .join(', ');
}

/** Enough of a hash to tell two apart; the manifest has all of it. */
const shortHash = (text: string): string => (/^[0-9a-f]{32,}$/.test(text) ? `${text.slice(0, 16)}…` : text);

const words = (key: string): string => {
  const text = key
    .replace(/_/g, ' ')
    .replace(/([a-z\d])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
};

const ms = (time: number): string => chosen(time / nanosecondsPerMillisecond);

const aim = (policy: ScorePolicy): string =>
  `${chosenShare(policy.fluidShare)} of requests with fluidity ≥ ${chosenNumber(policy.fluidFrom)} at ${ms(policy.decodeDeadline)} per token`;

function firstToken({ prefillDeadline: deadline, ignoreFirstToken }: ScorePolicy): string {
  if (ignoreFirstToken) return 'none: the first token is not counted';
  return deadline.kind === 'constant'
    ? `${ms(deadline.deadline)}, the same for every prompt`
    : `prefill curve ${deadline.id} + ${ms(deadline.slack)}, measured from ${number(deadline.from)} to ${number(deadline.to)} tokens`;
}

const tokens = (policy: ScorePolicy): string =>
  [
    `chunks ${policy.chunks}`,
    `ties ${policy.ties}`,
    `tokens ${policy.channel}`,
    `latency from ${policy.from}`,
    `TPOT ${policy.tpot}`,
    policy.slackCap === undefined ? 'slack without a cap' : `slack capped at ${ms(policy.slackCap)}`,
    `reading pace ${number(policy.pace)} tokens/s`,
    `expected first token ${ms(policy.expectedTtft)}`,
    `dialect ${policy.dialect}`,
  ].join(', ');

const hidden = new Set(['headers']);

/** The plan as indented lines; values of extra headers are not shown. */
function lines(value: unknown, indent: string): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (inner === undefined || inner === null) return [];
    if (hidden.has(key) && isObject(inner)) {
      const names = Object.keys(inner);
      return names.length === 0 ? [] : [`${indent}${key}: ${names.join(', ')} (values not shown)`];
    }
    if (isObject(inner)) {
      const nested = lines(inner, `${indent}  `);
      return nested.length === 0 ? [] : [`${indent}${key}:`, ...nested];
    }
    const text = Array.isArray(inner) ? JSON.stringify(inner) : scalar(inner);
    return [`${indent}${key}: ${withoutUser(text)}`];
  });
}
