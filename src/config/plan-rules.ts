import { arrivals } from '../workload/index.ts';
import { formatDuration } from './duration.ts';
import type { CheckedPlan } from './plan.ts';
import type { Problem } from './problem.ts';

/** Speaks only if the sections it needs have passed their own schema. */
type Rule = (sections: Partial<CheckedPlan>) => Problem | undefined;

const oneLoad: Rule = ({ load }) => {
  if (!load || (load.arrivals === undefined) !== (load.closed === undefined)) return undefined;
  return load.arrivals === undefined
    ? { path: 'load', message: 'required: arrivals (open loop, --rate) or closed (closed loop, --users)' }
    : { path: 'load', message: 'arrivals and closed exclude each other; an open loop has no users that wait' };
};

const anEnd: Rule = ({ load }) => {
  if (!load?.arrivals || load.requests !== undefined || arrivals.get(load.arrivals.kind).endsByDuration) {
    return undefined;
  }
  return { path: 'load.requests', message: `required, since ${load.arrivals.kind} arrivals have no end in time` };
};

const somethingMeasured: Rule = ({ load, phases }) => {
  if (!load || !phases || phases.warmup === 0) return undefined;
  const path = 'phases.warmup';
  if (load.arrivals && !arrivals.get(load.arrivals.kind).endsByDuration) {
    return { path, message: `${load.arrivals.kind} arrivals would all fall into the warm-up; leave it at 0s` };
  }
  if (load.duration === undefined || phases.warmup < load.duration) return undefined;
  const [warmup, whole] = [formatDuration(phases.warmup), formatDuration(load.duration)];
  return { path, message: `${warmup} is not shorter than load.duration (${whole}): nothing would be measured` };
};

const lengthsOnce: Rule = ({ workload }) =>
  workload?.paired !== undefined && (workload.prompt !== undefined || workload.output !== undefined)
    ? { path: 'workload.paired', message: 'excludes prompt and output, since it gives both lengths' }
    : undefined;

const oneFirstTokenDeadline: Rule = ({ score }) =>
  score?.prefillDeadline !== undefined && score.prefillCurve !== undefined
    ? { path: 'score.prefillCurve', message: 'excludes prefillDeadline: the first token has one deadline' }
    : undefined;

const slackWithCurve: Rule = ({ score }) =>
  score?.slack !== undefined && score.prefillCurve === undefined
    ? { path: 'score.slack', message: 'is added to a prefillCurve, and there is none' }
    : undefined;

const extrapolateWithCurve: Rule = ({ score }) =>
  score?.extrapolateCurve === true && score.prefillCurve === undefined
    ? { path: 'score.extrapolateCurve', message: 'is said of a prefillCurve, and there is none' }
    : undefined;

const headersThatWereKept: Rule = ({ target }) => {
  const lost = Object.entries(target?.headers ?? {}).find(([, value]) => value.includes('[redacted]'));
  if (!lost) return undefined;
  const message = `the value was not stored, since it is a secret; write \${NAME} to take it from the environment`;
  return { path: `target.headers.${lost[0]}`, message };
};

/** What no single setting can get wrong by itself. */
export const planRules: readonly Rule[] = [
  oneLoad,
  anEnd,
  somethingMeasured,
  lengthsOnce,
  oneFirstTokenDeadline,
  slackWithCurve,
  extrapolateWithCurve,
  headersThatWereKept,
];
