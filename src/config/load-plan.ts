import type { Plan } from './plan.ts';
import { type PlanDocument, readPlanDocument } from './plan-document.ts';
import { resolvePlan } from './resolve-plan.ts';

/** `load.arrivals.rate` and `rows[3][0]` as keys and indexes. */
const pathParts = (path: string): (string | number)[] =>
  path
    .split(/\.|\[|\]\.?/)
    .filter((part) => part !== '')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Where in a document a setting was written: `plan.yaml:12`. */
export const lineOrigin =
  ({ source, lineOf }: PlanDocument) =>
  (path: string): string | undefined => {
    const line = lineOf(pathParts(path));
    return line === undefined ? undefined : `${source}:${line}`;
  };

/** Reads, checks and resolves a plan file, YAML or JSON. */
export function loadPlan(path: string): Plan {
  const document = readPlanDocument(path);
  return resolvePlan(document.input, { directory: document.directory, origin: lineOrigin(document) });
}
