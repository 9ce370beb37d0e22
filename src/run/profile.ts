import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type CurveBaseline, prefillCurveFile } from '../analyses/prefill-curve.ts';
import { prefillLengths } from '../analyses/prefill-lengths.ts';
import { fewestLengths, type PrefillProfile, prefillProfile } from '../analyses/prefill-profile.ts';
import { refinedProfile } from '../analyses/prefill-refinement.ts';
import { prefillSamples } from '../analyses/prefill-samples.ts';
import type { Plan } from '../config/index.ts';
import type { Certificate } from '../core/certificate.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import type { Manifest } from '../core/manifest.ts';
import type { RequestRecord } from '../core/record.ts';
import type { Nanoseconds } from '../core/units.ts';
import { designEngine } from '../engine/engine-design.ts';
import type { EngineOptions } from '../engine/engine-options.ts';
import { renderAnalysis } from '../outputs/html.ts';
import { renderPrefillPlot } from '../outputs/prefill-plot.ts';
import { profilePage } from '../plots/analyses/profile-page.ts';
import { RunFolder } from '../recording/run-folder.ts';
import { version } from '../version.ts';
import { contextLength } from './context-length.ts';
import { medianBaseline, networkBaseline } from './network-baseline.ts';
import { addedFolder, defaultOutputTokens, ProfileMeasurement } from './profile-measurement.ts';
import type { RunOptions } from './run.ts';
import { prepareTarget } from './target.ts';

export interface ProfileOptions extends RunOptions {
  /** Prompt lengths, tokens; chosen up to the context where absent, and more where the first ones leave something open. */
  readonly lengths?: readonly number[];
  /** How often each length is measured. */
  readonly repeats?: number;
  /** Tokens asked of each answer; only the first one counts. */
  readonly outputTokens?: number;
  /** Context of the target, where it does not tell. */
  readonly context?: number;
  /** Nothing more is sent after this time; what was measured by then is fitted. */
  readonly budget?: Nanoseconds;
  /** Taken off the curve: a network round trip, or all that the smallest prompt takes. */
  readonly baseline?: CurveBaseline['kind'];
  /** In virtual time against this engine, instead of the target. */
  readonly engine?: EngineOptions;
  /** Where the curve is written; into the run's folder by default. */
  readonly out?: string;
}

export interface ProfileResult {
  readonly folder: string;
  readonly manifest: Manifest;
  /** The worst of all runs, those of lengths added later included. */
  readonly certificate?: Certificate;
  readonly profile: PrefillProfile;
  /** As `--prefill-curve` reads it. */
  readonly curve: ReturnType<typeof prefillCurveFile>;
  readonly curvePath: string;
  readonly plotPath: string;
  /** Where the page lies. */
  readonly pagePath: string;
  /** Lengths that were planned and not measured. */
  readonly unmeasured: readonly number[];
  readonly exitCode: ExitCode;
}

/** Tokens asked for of the prompt that stands for everything but the prompt. */
const smallestPrompt = 1;
/** Where a server does not tell its context. */
const assumedContext = 4096;
/** Of a server's context: its tokenizer may count more than ours, and its template adds to the prompt. */
const usableContext = 0.75;

/** The prefill curve of a target: isolated prompts of many lengths, interleaved, one at a time (paper 4.1). */
export async function profile(plan: Plan, options: ProfileOptions = {}): Promise<ProfileResult> {
  const lengths = options.lengths ?? prefillLengths(await longestPrompt(plan, options));
  const isBaseline = ({ prompt }: RequestRecord): boolean =>
    options.baseline === 'smallest-prompt' && prompt.asked === smallestPrompt && !lengths.includes(smallestPrompt);
  const roundTrip = options.baseline === 'rtt' ? await networkOf(plan, options) : undefined;
  const measurement = new ProfileMeasurement(plan, options);
  const withSmallest = options.baseline === 'smallest-prompt' ? [smallestPrompt, ...lengths] : lengths;
  const done = await measurement.first([...new Set(withSmallest)]);
  const measured = (): RequestRecord[] => measurement.records.filter((record) => !isBaseline(record));
  const first = prefillProfile(measured());
  if (!first) throw tooFew(done.folder);
  const found = options.lengths
    ? first
    : await refinedProfile(first, async (more) => ((await measurement.more(more)) ? measured() : undefined));
  const { records, certificate } = measurement;
  const baseline = options.baseline === 'smallest-prompt' ? smallestOf(records, done.folder) : roundTrip;
  const { manifest, folder } = done;
  const { engine } = options;
  const curve = prefillCurveFile(found, {
    id: `${plan.name}-${manifest.startedAt.slice(0, 10)}`,
    target: engine ? 'simulated' : manifest.target.url,
    model: plan.target.model,
    date: manifest.startedAt,
    metron: version,
    run: basename(folder),
    ...(measurement.runs > 1 && { added: addedFolder }),
    ...(baseline && { baseline }),
    ...(manifest.simulated && { simulated: manifest.simulated }),
  });
  const curvePath = options.out ?? join(folder, 'prefill-curve.json');
  const plotPath = curvePath.replace(/(\.json)?$/, '.svg');
  await writeFile(curvePath, `${JSON.stringify(curve, null, 2)}\n`);
  await writeFile(plotPath, renderPrefillPlot(found, plan.target.model));
  const told = new Set(found.points.map(({ asked }) => asked));
  const unmeasured = lengths.filter((length) => !told.has(length));
  const pagePath = curvePath.replace(/(\.json)?$/, '.html');
  const page = profilePage(found, {
    name: plan.target.model,
    where: engine ? 'simulated in virtual time' : manifest.target.url,
    verdict: certificate?.verdict ?? 'suspect',
    reasons: certificate?.reasons ?? [],
    unmeasured,
    curveFile: basename(curvePath),
    ...(baseline && { baseline }),
  });
  await new RunFolder(dirname(pagePath)).writeReport(renderAnalysis(page), basename(pagePath));
  return {
    folder,
    manifest,
    ...(certificate && { certificate }),
    profile: found,
    curve,
    curvePath,
    plotPath,
    pagePath,
    unmeasured,
    exitCode: certificate?.verdict === 'invalid' ? exitCodes.invalidMeasurement : exitCodes.ok,
  };
}

const networkOf = ({ target }: Plan, { engine }: ProfileOptions): Promise<CurveBaseline> | CurveBaseline =>
  engine ? { kind: 'rtt', time_ms: 0, n: 0 } : networkBaseline(new URL(target.url));

/** The smallest prompt was asked for in every round, like every length. */
function smallestOf(records: readonly RequestRecord[], folder: string): CurveBaseline {
  const { usable } = prefillSamples(records.filter(({ prompt }) => prompt.asked === smallestPrompt));
  if (usable.length > 0) return medianBaseline(usable);
  throw new MetronError('NO_BASELINE', 'the smallest prompt was never answered, so that there is no baseline', {
    hint: `see ${folder} for what came back; --subtract-network rtt measures the network alone`,
    exitCode: exitCodes.targetFailed,
  });
}

async function longestPrompt(
  plan: Plan,
  { engine, env = process.env, context, outputTokens = defaultOutputTokens }: ProfileOptions,
): Promise<number> {
  if (context !== undefined) return Math.max(1, context - outputTokens);
  if (engine) return designEngine(engine).settings.maxModelLength - outputTokens;
  const told = await contextLength(prepareTarget(plan, env), plan);
  return Math.floor((told ?? assumedContext) * usableContext) - outputTokens;
}

const tooFew = (folder: string): MetronError =>
  new MetronError(
    'PROFILE_TOO_SHORT',
    `fewer than ${fewestLengths} prompt lengths were answered without a cache: that makes no curve`,
    {
      hint: `see ${folder} for what came back; give a longer --budget, shorter prompts with --lengths, or prompts that no cache knows with --salt`,
      exitCode: exitCodes.targetFailed,
    },
  );
