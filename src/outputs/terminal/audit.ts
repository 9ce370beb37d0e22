import type { AuditedItem } from '../../analyses/audit.ts';
import { dressFor, wrap } from './layout.ts';

const order = ['fail', 'warn', 'cannot tell', 'pass'] as const;

/** The checklist, worst first: finding, evidence, remedy. */
export function renderAudit(
  items: readonly AuditedItem[],
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const dress = dressFor(color);
  const signs = {
    pass: dress.met('✓ pass'),
    warn: dress.suspect('! warn'),
    fail: dress.missed('× fail'),
    'cannot tell': dress.dim('? cannot tell'),
  } as const;
  const indented = (text: string, hang = 0): string[] => wrap(text, width - 4, hang).map((line) => `    ${line}`);
  const blocks = order.flatMap((outcome) =>
    items
      .filter((each) => each.outcome === outcome)
      .map(({ title, source, evidence, remedy }) => [
        `${signs[outcome]}  ${dress.bold(title)}`,
        ...indented(evidence),
        ...(remedy === undefined ? [] : indented(`→ ${remedy}`, 2)),
        ...indented(source).map(dress.dim),
      ]),
  );
  const counts = order
    .map((outcome) => `${items.filter((each) => each.outcome === outcome).length} ${outcome}`)
    .join(', ');
  return `${[...blocks, [counts]].map((block) => block.join('\n')).join('\n\n')}\n`;
}
