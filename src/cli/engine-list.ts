import { gpus } from '../engine/cost/gpus.ts';
import { hosts } from '../engine/cost/hosts.ts';
import { models } from '../engine/cost/models.ts';
import { schedulers } from '../engine/schedulers/index.ts';
import { usageOfFault } from '../engine/server/fault.ts';
import { faults } from '../engine/server/faults.ts';
import { table } from '../outputs/terminal/layout.ts';

/** Everything the simulated engine can be put together from, with how well each part is known, and how it can fail. */
export const engineList = () => ({
  models: models.all.map(({ kind, aliases, label, context }) => ({ kind, aliases, label, contextTokens: context })),
  gpus: gpus.all.map(({ kind, aliases, label, provenance }) => ({ kind, aliases, label, provenance })),
  schedulers: schedulers.all.map(({ kind, aliases, summary }) => ({ kind, aliases, label: summary })),
  hosts: hosts.all.map(({ kind, aliases, label, evidence }) => ({ kind, aliases, label, provenance: evidence })),
  faults: faults.all.map(({ kind, parameters, summary }) => ({
    kind,
    usage: usageOfFault(kind, parameters),
    label: summary,
  })),
});

/** The name, and the alias that is quickest to type. */
function typed({ kind, aliases }: { readonly kind: string; readonly aliases: readonly string[] }): string {
  const shortest = [kind, ...aliases].reduce((least, name) => (name.length < least.length ? name : least));
  return shortest === kind ? kind : `${kind}, ${shortest}`;
}

export function describeEngineList(): string {
  const list = engineList();
  const block = (title: string, flag: string, rows: readonly (readonly string[])[]): string[] => [
    `${title} (${flag})`,
    ...table(
      rows[0]?.map(() => ({ title: '', align: 'left' as const })) ?? [],
      rows.map((row) => row.map((cell) => cell)),
    ).slice(1),
    '',
  ];
  return [
    ...block(
      'Models',
      '--model',
      list.models.map(({ label, contextTokens, ...names }) => [
        typed(names),
        label,
        `${contextTokens} tokens of context`,
      ]),
    ),
    ...block(
      'GPUs',
      '--gpu',
      list.gpus.map(({ label, provenance, ...names }) => [typed(names), label, provenance]),
    ),
    ...block(
      'Schedulers',
      '--scheduler',
      list.schedulers.map(({ label, ...names }) => [typed(names), label]),
    ),
    ...block(
      'Host overhead',
      '--host-preset',
      list.hosts.map(({ label, provenance, ...names }) => [typed(names), label, provenance]),
    ),
    ...block(
      'Faults',
      '--fault, X-Sim-Fault or model sim-fault-NAME',
      list.faults.map(({ usage, label }) => [usage, label]),
    ),
    'calibrated: fitted to measured kernels and checked against live servers;',
    'extrapolated: the same efficiencies with other datasheet numbers.',
  ].join('\n');
}
