import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { arrivals, lengths } from '../workload/index.ts';
import { planFlags } from './flags.ts';
import type { ConfigurableDefinition } from './kind-union.ts';
import { loadPlan } from './load-plan.ts';
import { planToJson } from './plan-to-json.ts';
import { resolvePlan } from './resolve-plan.ts';
import { allSettings, type Setting, settingsWithin } from './setting.ts';

/** Takes values of any kind as a plan in YAML has them. */
const written = (value: unknown): string =>
  value === undefined ? '' : `\`${typeof value === 'object' ? JSON.stringify(value) : String(value)}\``;

const takes = ({ type, choices, kinds, alternatives }: Setting): string => {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (alternatives) return alternatives.map(takes).join(', or ');
  return kinds ? 'one of the kinds below' : typeNames[type];
};

const typeNames: Readonly<Record<Setting['type'], string>> = {
  duration: 'a duration',
  number: 'a number',
  boolean: '`true`, `false`',
  choice: '',
  text: 'text',
  group: 'its settings',
  entries: 'name: value',
  list: 'a list',
  either: '',
};

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function settingRow(setting: Setting): string {
  const { path, description = '', example } = setting;
  const flag = planFlags.find((candidate) => candidate.path === path)?.name;
  return row(`\`${path}\``, description, takes(setting), written(setting.default), written(example), written(flag));
}

function optionRows({ kind, options }: ConfigurableDefinition): string[] {
  return settingsWithin(kind, options)
    .slice(1)
    .map(({ path, description = '', default: byDefault }) =>
      row(`\`${kind}\``, `\`${path.slice(kind.length + 1)}\``, description, written(byDefault)),
    );
}

const table = (head: readonly string[], rows: readonly string[]): string[] => [
  row(...head),
  row(...head.map(() => '---')),
  ...rows,
];

function kindTable(definitions: readonly ConfigurableDefinition[]): string[] {
  const kinds = definitions.map(({ kind, summary }) => row(`\`${kind}\``, summary));
  return [
    ...table(['Kind', 'What it is'], kinds),
    '',
    ...table(['Kind', 'Option', 'Meaning', 'Default'], definitions.flatMap(optionRows)),
  ];
}

const titles: Readonly<Record<string, string>> = {
  target: 'target: the server',
  load: 'load: how many, how fast, how long',
  phases: 'phases: what is measured',
  workload: 'workload: what is asked',
  limits: 'limits: when to give up',
  score: 'score: what counts as fluid',
};

/** The tables of docs/plan.md, Markdown. */
function planReference(): string {
  const settings = allSettings();
  const head = ['Setting', 'Meaning', 'Takes', 'Default', 'Example', 'Flag'];
  const rows = (of: readonly Setting[]): string[] =>
    table(head, of.filter(({ type }) => type !== 'group').map(settingRow));
  const sections = Object.entries(titles).flatMap(([name, title]) => [
    '',
    `### ${title}`,
    '',
    ...rows(settings.filter(({ path, description }) => path.startsWith(`${name}.`) && description !== undefined)),
  ]);
  return [
    '### The plan itself',
    '',
    ...rows(settings.filter(({ path }) => !path.includes('.') && titles[path] === undefined)),
    ...sections,
    '',
    '### Arrival processes',
    '',
    ...kindTable(arrivals.all),
    '',
    '### Length distributions',
    '',
    ...kindTable(lengths.all),
    '',
  ].join('\n');
}

const docs = new URL('../../docs/plan.md', import.meta.url);
const examples = new URL('../../examples/', import.meta.url);
const marker = '<!-- Everything below is made from the schema: METRON_UPDATE_DOCS=1 npx vitest run src/config -->\n\n';

describe('docs/plan.md', () => {
  const [guide = '', reference] = readFileSync(docs, 'utf8').split(marker);

  it('lists every setting, kind and option as the schema has them', () => {
    if (process.env.METRON_UPDATE_DOCS) writeFileSync(docs, guide + marker + planReference());
    else expect(reference).toBe(planReference());
  });

  it('names every key of the schema', () => {
    for (const { path } of allSettings()) expect(guide + planReference()).toContain(path.split('.').at(-1));
  });

  const blocks = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml);

  it('shows plans that work', () => {
    expect(blocks.length).toBeGreaterThan(1);
    const least = { target: { url: 'http://localhost:8000/v1', model: 'small' }, load: { arrivals: { rate: 1 } } };
    for (const yaml of blocks) expect(() => resolvePlan({ ...least, ...parse(yaml) })).not.toThrow();
  });
});

describe('the examples', () => {
  const files = readdirSync(examples).filter((name) => name.endsWith('.yaml'));

  it('are at least three', () => {
    expect(files.length).toBeGreaterThanOrEqual(3);
  });

  it.each(files)('%s is a plan, and so is what it resolves to', (name) => {
    const plan = loadPlan(fileURLToPath(new URL(name, examples)));
    expect(plan.version).toBe(1);
    expect(resolvePlan(planToJson(plan))).toEqual(plan);
  });
});
