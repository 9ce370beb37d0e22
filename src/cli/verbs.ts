import type { Verb } from './verb.ts';

/** In the order of the help. Loading all of them takes longer than what most of them do. */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  run: async () => (await import('./run.ts')).run,
  plan: async () => (await import('./plan.ts')).plan,
  profile: async () => (await import('./profile.ts')).profile,
  capacity: async () => (await import('./capacity.ts')).capacity,
  sweep: async () => (await import('./sweep.ts')).sweep,
  score: async () => (await import('./score.ts')).score,
  compare: async () => (await import('./compare.ts')).compare,
  audit: async () => (await import('./audit.ts')).audit,
  report: async () => (await import('./report.ts')).report,
  engine: async () => (await import('./engine.ts')).engine,
  doctor: async () => (await import('./doctor.ts')).doctor,
};

/** The verb of this name; all of them where there is none, since help and suggestions name them. */
export function verbsFor(typed: string | undefined): Promise<Verb[]> {
  const asked = typed !== undefined && Object.hasOwn(verbs, typed) ? verbs[typed] : undefined;
  return Promise.all((asked ? [asked] : Object.values(verbs)).map((load) => load()));
}
