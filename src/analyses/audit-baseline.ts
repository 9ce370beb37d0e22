import {
  type AuditedRun,
  type AuditItem,
  cannotTell,
  distinct,
  fail,
  pass,
  sources,
  systemsOf,
  toldFacts,
  warn,
} from './audit-item.ts';
import { compatibility, type DifferenceKind, systemSignature } from './comparison-compatibility.ts';

/** Keys of one kind in which two runs differ. */
const differing = (one: AuditedRun, other: AuditedRun, kind: DifferenceKind): string[] =>
  compatibility(one, other)
    .differing.filter((each) => each.kind === kind)
    .map(({ key }) => key);

export const implementation: AuditItem = {
  kind: 'implementation',
  title: 'Conflating Implementation and Algorithm',
  source: sources.confirmed,
  check(runs) {
    const alike = withoutTwins(runs);
    const [first, ...others] = alike;
    if (!first || runs.length < 2) return cannotTell('one run alone', 'audit the runs that are compared together');
    const factors = distinct(others.flatMap((run) => differing(first, run, 'system'))).known;
    const clients = distinct(runs.slice(1).flatMap((run) => differing(first, run, 'client'))).known;
    if (factors.length > 1 && !oneAtATime(alike)) {
      return fail(
        `${factors.length} factors differ at once: ${factors.join(', ')}`,
        'change one factor at a time, or add the runs between: audited together, steps of one factor each are an ablation',
      );
    }
    if (clients.length > 0) {
      return warn(`the clients differ: ${clients.join(', ')}`, 'measure all systems from one machine with one client');
    }
    const told = runs.every(({ manifest }) => manifest?.disclosure.engineVersion.value !== undefined);
    if (!told) return cannotTell('engine versions are not disclosed', 'declare them with --disclose engineVersion=…');
    const unseen = toldFacts(runs, ['attentionBackend', 'cudaGraphs']);
    if (factors.length === 0) return pass(`the systems are disclosed as the same; ${unseen}`);
    if (factors.length === 1) return pass(`only ${factors[0]} differs; ${unseen}`);
    return pass(`${factors.join(', ')} differ, one at a time over ${alike.length} set-ups; ${unseen}`);
  },
};

/** One run of each system as it is disclosed. */
function withoutTwins(runs: readonly AuditedRun[]): AuditedRun[] {
  const bySignature = new Map<string, AuditedRun>();
  for (const run of runs) {
    const signature = systemSignature(run.manifest);
    if (!bySignature.has(signature)) bySignature.set(signature, run);
  }
  return [...bySignature.values()];
}

/** Whether steps of one factor each lead from every set-up to every other. */
function oneAtATime([first, ...others]: readonly AuditedRun[]): boolean {
  const reached = first ? [first] : [];
  let left = others;
  for (const from of reached) {
    const near = left.filter((run) => differing(from, run, 'system').length <= 1);
    reached.push(...near);
    left = left.filter((run) => !near.includes(run));
  }
  return left.length === 0;
}

export const tuning: AuditItem = {
  kind: 'tuning',
  title: 'Neglecting Parameter Tuning',
  source: sources.confirmed,
  check(runs) {
    const tried = systemsOf(runs).map(({ system, runs: own }) => ({
      system,
      n: withoutTwins(own).length,
    }));
    const [baseline] = tried;
    const most = Math.max(0, ...tried.map(({ n }) => n));
    const remedy =
      'keep a sweep over batch tokens, chunk size, sequences and memory share for every system, the baseline included, and audit all: NAME=<folder of a sweep>';
    if (!baseline || most < 2) {
      return cannotTell(
        `${runs.length === 1 ? 'the run does' : 'the runs do'} not tell how the server was configured, nor what else was tried`,
        remedy,
      );
    }
    const seen = tried.map(({ system, n }) => `${system}: ${n}`).join(', ');
    const evidence = `configurations tried: ${seen}`;
    if (baseline.n < most) return warn(`${evidence}; the baseline was tried in fewer than others`, remedy);
    return tried.some(({ n }) => n < 2) ? warn(`${evidence}; one is no sweep`, remedy) : pass(evidence);
  },
};
