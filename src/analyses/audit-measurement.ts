import { type DisclosureField, disclosureFields } from '../core/manifest.ts';
import {
  type AuditedRun,
  type AuditFinding,
  type AuditItem,
  cannotTell,
  fail,
  ofRuns,
  pass,
  warn,
} from './audit-item.ts';

const drafts = 'benchmarking drafts (draft-gaikwad-llm-benchmarking-*), as reported by projects that cite them';
const validity = 'validity of the measurement';

/** The worst finding of single runs speaks for all; evidence of the others of that kind beside it. */
function worst(runs: readonly AuditedRun[], judge: (run: AuditedRun) => AuditFinding): AuditFinding {
  const found = runs.map((run) => ({ run, finding: judge(run) }));
  for (const outcome of ['fail', 'warn', 'cannot tell', 'pass'] as const) {
    const of = found.filter(({ finding }) => finding.outcome === outcome);
    const [first] = of;
    if (!first) continue;
    const evidence = ofRuns(runs, (run) => of.flatMap((each) => (each.run === run ? each.finding.evidence : [])));
    return { ...first.finding, evidence: evidence.join('; ') };
  }
  return cannotTell('no run', 'give at least one run');
}

const item = (kind: string, title: string, source: string, judge: (run: AuditedRun) => AuditFinding): AuditItem => ({
  kind,
  title,
  source,
  check: (runs) => worst(runs, judge),
});

const instrument = item('instrument', 'The instrument did not distort what it measured', validity, ({ manifest }) => {
  const certificate = manifest?.certificate;
  if (!certificate)
    return cannotTell('the run was cut before it could judge its instrument', 'let a run end by itself');
  const why = certificate.reasons.slice(0, 2).join('; ');
  if (certificate.verdict === 'valid') return pass('the certificate says valid');
  const remedy = 'see the certificate in the report, and measure from a quieter or larger machine';
  return certificate.verdict === 'suspect' ? warn(`suspect: ${why}`, remedy) : fail(`invalid: ${why}`, remedy);
});

const achieved = item('achieved-rate', 'What was asked for was sent', validity, ({ summary, manifest }) => {
  const { offered_per_s: asked, sent_per_s: sent } = summary.load;
  if (manifest?.disclosure.loadModel.value === 'closed loop') return pass('a closed loop sends what is answered');
  if (asked === undefined || sent === undefined)
    return cannotTell('rates are not known', 'record a run with an open loop');
  const off = Math.abs(sent / asked - 1);
  const evidence = `sent ${sent.toFixed(2)}/s of ${asked.toFixed(2)}/s`;
  return off <= 0.05
    ? pass(evidence)
    : (off <= 0.15 ? warn : fail)(evidence, 'use more workers or a larger client machine');
});

const lengths = item('lengths', 'Prompts and answers had the length they should', validity, ({ summary, requests }) => {
  const reached = summary.tokens.lengthAttainment;
  const ratio = requests.promptRatio;
  if (reached === undefined && ratio === undefined)
    return cannotTell('the server reports no counts', 'use a server that sends usage');
  const evidence = [
    ...(reached === undefined ? [] : [`${(100 * reached).toFixed(0)} % of answers reached their length`]),
    ...(ratio === undefined ? [] : [`prompts had ${(100 * ratio).toFixed(0)} % of the asked tokens`]),
  ].join(', ');
  const fine = (reached ?? 1) >= 0.9 && Math.abs((ratio ?? 1) - 1) <= 0.15;
  return fine
    ? pass(evidence)
    : warn(evidence, 'force the length with --force-length, and plan with the tokenizer of the model');
});

const errors = item('errors', 'Failures are few, and counted', drafts, ({ summary }) => {
  const { errorRate, failed, scheduled } = summary.requests;
  const evidence = `${failed} of ${scheduled} requests failed`;
  if (errorRate <= 0.01) return pass(evidence);
  const remedy = 'quote no percentile of completed requests alone: show how many completed by when, and find the cause';
  return errorRate <= 0.05 ? warn(evidence, remedy) : fail(evidence, remedy);
});

const steady = item(
  'steady-state',
  'The numbers are those of a steady state',
  'MLPerf Endpoints; methods by Mann, Kendall, Hamed, Rao and Pettitt',
  ({ summary }) => {
    const { steadyState } = summary;
    if (steadyState.verdict === 'steady') return pass(steadyState.explain);
    const remedy =
      steadyState.reason === 'too short'
        ? 'run for longer'
        : 'run for longer, warm up, or lower the load until the server keeps up';
    return warn(`${steadyState.reason}: ${steadyState.explain}`, remedy);
  },
);

const warmup = item('warm-up', 'Warm-up is left out, cold and warm are not mixed', drafts, ({ summary, manifest }) => {
  const { unmeasured } = summary.requests;
  const { steadyState } = summary;
  if (unmeasured > 0) return pass(`${unmeasured} requests of the warm-up are left out`);
  if (manifest?.simulated) return pass('a simulated engine is warm');
  if (steadyState.verdict === 'steady') return pass(`no warm-up was planned; ${steadyState.explain}`);
  return warn('no warm-up was planned', 'set --warmup');
});

const counts = item('token-counts', 'Token counts agree', validity, ({ summary }) => {
  const { divergence, totalSources } = summary.tokens;
  const sources = Object.keys(totalSources).join(', ') || 'none';
  if (divergence === undefined)
    return cannotTell(`only one count is known (${sources})`, 'use a server that sends usage');
  const evidence = `chunks add up to ${(100 * (1 + divergence)).toFixed(1)} % of the total; counted by ${sources}`;
  return Math.abs(divergence) <= 0.02
    ? pass(evidence)
    : warn(evidence, 'ask for continuous usage or token ids, or name the tokenizer of the model');
});

const samples = item(
  'samples',
  'Samples carry the percentiles (P50 100, P90 500, P95 and P99 1,000)',
  drafts,
  ({ summary }) => {
    const n = summary.metrics.find(({ id }) => id === 'ttft')?.n ?? 0;
    const evidence = `${n} answers`;
    if (n >= 1000) return pass(n >= 10_000 ? evidence : `${evidence}; P99.9 would need 10,000`);
    const carried = n >= 500 ? 'P90' : n >= 100 ? 'P50' : 'no percentile';
    return (n >= 100 ? warn : fail)(
      `${evidence}: by this rule they carry ${carried}`,
      'send at least 1,000 requests to quote P99',
    );
  },
);

const separation = item('separation', 'Load generator and server are on separate machines', drafts, ({ manifest }) => {
  const told = manifest?.disclosure.separation;
  if (manifest?.simulated) return pass('simulated in virtual time');
  if (told?.value === true || told?.value === 'true' || told?.value === 'yes') return pass(`separate, ${told.status}`);
  if (told?.value === false || told?.value === 'false' || told?.value === 'no')
    return warn('the target is on this machine', 'measure from another machine, or say so');
  return cannotTell('not told', 'declare it with --disclose separation=yes');
});

const disclosure = item('disclosure', 'Everything a comparison needs is disclosed', drafts, ({ manifest }) => {
  if (!manifest) return fail('there is no manifest', 'keep the whole folder of a run');
  const by = (status: string): DisclosureField[] =>
    (Object.keys(disclosureFields) as DisclosureField[]).filter(
      (field) => manifest.disclosure[field].status === status,
    );
  const [missing, unverifiable] = [by('missing'), by('not verifiable')];
  const note = unverifiable.length === 0 ? '' : `; not verifiable from outside: ${unverifiable.join(', ')}`;
  if (missing.length === 0) return pass(`all fields are known${note}`);
  const remedy = `declare them: ${missing
    .slice(0, 3)
    .map((field) => (field === 'boundary' ? '--boundary …' : `--disclose ${field}=…`))
    .join(' ')}`;
  return (missing.includes('boundary') ? fail : warn)(`missing: ${missing.join(', ')}${note}`, remedy);
});

const repetition: AuditItem = {
  kind: 'repetition',
  title: 'Runs are repeated',
  source: drafts,
  check(runs) {
    const repeats = Math.max(...runs.map(({ manifest }) => manifest?.run.repeat?.of ?? 1), 1);
    if (repeats >= 3) return pass(`${repeats} repetitions`);
    return warn(
      repeats === 1 ? 'each run was made once' : `${repeats} repetitions`,
      'repeat with other seeds: --repeat 5',
    );
  },
};

export const measurementRules: readonly AuditItem[] = [
  instrument,
  achieved,
  lengths,
  errors,
  steady,
  warmup,
  counts,
  samples,
  repetition,
  separation,
  disclosure,
];
