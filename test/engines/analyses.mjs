import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../../scripts/child.mjs';
import { commandLine } from '../../scripts/repository.mjs';
import { say, test } from './checks.mjs';
import { recordsOf } from './stored-records.mjs';

/** `profile`, `capacity` and `compare` of the built command line against real llama.cpp servers. */
const patience = '300s';
const limits = ['--first-token-timeout', patience, '--total-timeout', patience];
const patient = [...limits, '--grace', patience];
/** 4: the machine was too busy for the certificate; what was measured must be whole all the same. */
const measured = [0, 4];

/** A prefill curve of lengths within the slot's context, beside the server's own account of the same requests. */
export async function profile(server, folder) {
  const context = await slotContext(server);
  say(`profile: a slot holds ${context} tokens`);
  const lengths = [32, 64, 128, 256, 512, 1024].filter((length) => length <= context / 2);
  const out = join(folder, 'curve.json');
  await verb('profile', measured, [
    ...['--url', server.url, '--model', server.model, '--runs', folder, '--out', out],
    ...['--lengths', lengths.join(','), '--repeats', '5', '--budget', '5m', ...limits],
  ]);
  const { from_tokens, to_tokens, profile: found } = readJson(out);
  test(`the curve covers ${lengths.length} lengths within the slot’s context`, [
    ...(found.points.length === lengths.length ? [] : [`${found.points.length} lengths`]),
    ...(to_tokens <= context && from_tokens < to_tokens ? [] : [`${from_tokens} to ${to_tokens} tokens`]),
  ]);
  agrees(found, recordsOf(folderOfRun(folder)));
}

async function slotContext({ url }) {
  const response = await fetch(new URL('/props', url));
  const { default_generation_settings: settings } = await response.json();
  return settings.n_ctx;
}

/**
 * The band is of times to the first token: the server's prefill and what a request costs beside it, at every length.
 * It says how well the curve is known, not how far single requests lie apart; on a machine that other work shares,
 * a median of a few may leave it by what those few differ.
 */
function agrees({ points, band }, records) {
  const accounted = records.filter(({ serverTiming, arrivals }) => serverTiming !== undefined && arrivals.length > 0);
  const beside = median(accounted.map((record) => firstToken(record) - record.serverTiming.prompt_ms));
  test(
    `prefill: the server’s prompt_ms agrees with the curve’s band at each of ${points.length} lengths`,
    points.flatMap(({ asked, tokens }) => {
      const of = accounted.filter(({ prompt }) => prompt.asked === asked);
      if (of.length === 0) return [`${asked} tokens: no account`];
      const served = median(of.map(({ serverTiming }) => serverTiming.prompt_ms)) + beside;
      const [low, high] = [bandAt(band, tokens, 'low_ms'), bandAt(band, tokens, 'high_ms')];
      const outside = Math.max(low - served, served - high, 0);
      if (outside > 0) say(`  ${Math.round(tokens)} tokens: ${outside.toFixed(1)} ms outside the band`);
      const apart = Math.max(0.05 * served, spread(of.map(firstToken)));
      return outside <= apart ? [] : [`${tokens} tokens: ${served} ms, band ${low} to ${high} ms`];
    }),
  );
  say(`a request costs ${beside.toFixed(1)} ms beside its prefill (median)`);
}

const firstToken = ({ sentMs, arrivals }) => arrivals[0] - sentMs;
const spread = (values) => Math.max(...values) - Math.min(...values);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Between the band's points a straight line. The longest length is a mean of prompts and may lie a breath beyond the last point. */
function bandAt(band, tokens, key) {
  const reached = band.findIndex((point) => point.tokens >= tokens);
  const above = reached < 0 ? band.length - 1 : Math.max(1, reached);
  const [a, b] = [band[above - 1], band[above]];
  return a[key] + ((b[key] - a[key]) * (tokens - a.tokens)) / Math.max(1, b.tokens - a.tokens);
}

/**
 * The most users whose answers are in time for 90 % of requests. Where 1 % of failures is too many, that alone
 * takes hundreds of requests without one at each load to show: here no more failures are allowed than misses.
 */
export async function capacity(server, folder) {
  say('capacity: users, 90 % in time, answers of at most 32 tokens');
  await verb(
    'capacity',
    [...measured, 1],
    [
      ...['--url', server.url, '--model', server.model, '--runs', folder],
      ...['--search', 'users', '--slo', 'ttft<=2s & tpot<=250ms @ 90%, error_rate<=10%', '--low', '1', '--high', '4'],
      ...['--prompt', '16..64', '--output', '8..32', '--requests', '20', '--budget-time', '3m', ...patient],
    ],
  );
  const search = folderOfRun(folder);
  const {
    reason,
    unit,
    tried,
    relevantLowerBound: low,
    relevantUpperBound: high,
  } = readJson(join(search, 'capacity.json'));
  // What is found depends on what the server leaves of the machine: the search must say so, and keep all it did.
  const alone = tried.filter(({ verdict }) => verdict !== 'undecided').map(({ load, verdict }) => `${load} ${verdict}`);
  say(
    `  ${reason}: ${low ?? 'nothing'} passes, ${high ?? 'nothing'} fails; loads by themselves: ${alone.join(', ') || 'undecided'}`,
  );
  const looks = readdirSync(join(search, 'probes')).map((look) => join(search, 'probes', look));
  test('capacity ends with a result and its reason', [
    ...(['found', 'high-limit', 'budget', 'nothing-passes', 'client-limit', 'irregular'].includes(reason)
      ? []
      : [reason]),
    ...(unit === 'users' ? [] : [unit]),
    ...(low !== undefined && high !== undefined && low >= high && reason === 'found' ? [`${low} ≥ ${high}`] : []),
  ]);
  test(`capacity keeps all ${looks.length} looks`, [
    ...(looks.length > 0 ? [] : ['none']),
    ...looks.filter((look) => !existsSync(join(look, 'records.jsonl'))),
  ]);
  const long = looks.flatMap(recordsOf).filter(({ output }) => (output.total ?? 0) > 32);
  test(
    'no answer of the search is longer than 32 tokens',
    long.map(({ id }) => `request ${id}`),
  );
}

const rounds = 3;

/** One slot beside four under a load that one slot has to queue: the servers take turns. */
export async function compare(one, four, folder) {
  say('compare: one slot and four, in turns');
  const [junit, markdown] = [join(folder, 'gate.xml'), join(folder, 'gate.md')];
  await verb(
    'compare',
    [...measured, 1],
    [
      ...[`one-slot=${one.url}`, `four-slots=${four.url}`, '--model', one.model, '--runs', folder],
      ...['--arrivals', 'poisson', '--rate', '2', '--requests', '16', '--prompt', '16..64', '--output', '16..32'],
      ...['--rounds', String(rounds), '--seed', '5', '--junit', junit, '--markdown', markdown, ...patient],
      ...['--fail-on', 'ttft_p50 > 1000%', '--fail-on', 'error_rate > 0.5'],
    ],
  );
  const search = folderOfRun(folder);
  const { systems, pairs } = readJson(join(search, 'comparison.json'));
  test('compare lays both systems side by side, paired by request and clustered by round', [
    ...(systems.length === 2 && systems.every((system) => system.rounds === rounds) ? [] : [JSON.stringify(systems)]),
    ...(pairs[0]?.paired && pairs[0].rounds === rounds ? [] : [JSON.stringify(pairs[0]?.differing)]),
  ]);
  const turns = readFileSync(join(search, 'turns.jsonl'), 'utf8').trimEnd().split('\n').map(JSON.parse);
  test(`compare keeps all ${2 * rounds} turns`, [
    ...(turns.length === 2 * rounds ? [] : [`${turns.length}`]),
    ...turns.filter(({ run }) => run === undefined || recordsOf(join(search, run)).length !== 16).map(JSON.stringify),
  ]);
  const shift = pairs[0]?.differences.find(({ statistic }) => statistic.id === 'ttft_shift');
  test('compare gives the first token’s change an interval', shift?.low <= shift?.high ? [] : [JSON.stringify(shift)]);
  say(
    `  first token ${(100 * shift?.change).toFixed(0)} %, ${(100 * shift?.low).toFixed(0)} to ${(100 * shift?.high).toFixed(0)} %`,
  );
  test('the gate is written for build servers and for people', [
    ...(readFileSync(junit, 'utf8').includes('ttft_p50') ? [] : ['no JUnit']),
    ...(readFileSync(markdown, 'utf8').includes('error_rate &gt; 0.5') ||
    readFileSync(markdown, 'utf8').includes('error_rate > 0.5')
      ? []
      : ['no Markdown']),
  ]);
}

async function verb(name, allowed, args) {
  const startedAt = performance.now();
  const { code, output } = await capture(process.execPath, [commandLine, name, ...args]);
  say(output.trimEnd().replace(/^/gm, '  | '));
  say(`  ${name} took ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  test(`metron ${name} ends as it should`, allowed.includes(code) ? [] : [`exit ${code}`]);
}

function folderOfRun(folder) {
  const [only] = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return join(folder, only?.name ?? '');
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
