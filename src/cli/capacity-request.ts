import type { CapacityOptions } from '../analyses/capacity-options.ts';
import { parseDuration } from '../config/duration.ts';
import { type Plan, scoreFlags, scorePolicy } from '../config/index.ts';
import { MetronError } from '../core/errors.ts';
import type { CapacityRequest } from '../run/capacity.ts';
import { parseEngineOptions } from '../run/simulate.ts';
import { parseSlo, type Slo } from '../slo/index.ts';
import { simulatedTarget } from './simulated-target.ts';
import type { Flags } from './verb.ts';

/** What flags ask for; everything wrong with them is said before any load is made. */
export function capacityRequest(
  flags: Flags,
  planOf: (values: Flags) => Plan,
): { readonly plan: Plan; readonly request: CapacityRequest } {
  const engine = flags.simulate === undefined ? undefined : parseEngineOptions(textOf(flags.simulate) ?? '');
  const mode = choice('--search', flags.search, ['rate', 'users'], 'rate');
  const decide = choice('--decide', flags.decide, ['sequential', 'point'], 'sequential');
  expectNoLoad(flags);
  const [slo, presets] = [list(flags.slo), list(flags.preset)];
  const objective = parseSlo(slo, presets);
  if (decide === 'point' && flags.confidence !== undefined) {
    throw new MetronError('FLAG_INVALID', '--decide point states no confidence, and --confidence asks for one', {
      hint: 'leave one of them away; --decide sequential states it',
    });
  }
  const options = optionsOf(flags, decide);
  const prices = pricesOf(flags);
  const plan = planOf(planFlagsFor(flags, engine?.model, mode));
  expectSameDeadlines(objective, plan, flags);
  return {
    plan,
    request: { slo, presets, mode, decide, options, ...(engine && { engine }), ...(prices && { prices }) },
  };
}

function expectNoLoad(flags: Flags): void {
  const given = ['rate', 'users'].find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  throw new MetronError('FLAG_INVALID', `--${given} sets a load, and a search decides which loads it makes`, {
    hint: `leave it away; --low and --high bound the search${given === 'users' ? ', --search users turns up users' : ''}`,
  });
}

/** A preset brings its deadlines; a flag that sets another is not passed over in silence. */
function expectSameDeadlines({ policy, id }: Slo, plan: Plan, flags: Flags): void {
  const chosen = scorePolicy(plan.score);
  for (const { path, attribute, name } of scoreFlags) {
    const field = path.split('.').at(-1) as keyof Slo['policy'];
    if (flags[attribute] === undefined || !(field in policy) || policy[field] === chosen[field]) continue;
    throw new MetronError('SLO_CONTRADICTION', `${name} sets another ${field} than the objective ${id} does`, {
      hint: `leave ${name} away, or write the objective with --slo; stored looks can be scored again with --rescore`,
    });
  }
}

/** Flags that may stand beside --resume: how long the search may go on, and where the answer goes. */
const besideResume = new Set([
  ...['resume', 'json', 'html', 'keep', 'runs'],
  ...['budgetTime', 'budgetRequests', 'budgetTokens', 'budgetMoney', 'pricePrompt', 'priceOutput'],
]);

/** What was asked of a stored search, with a new budget if one is given; everything else is decided by what it has seen. */
export function resumedRequest(stored: CapacityRequest, flags: Flags, file: string | undefined): CapacityRequest {
  const other = Object.keys(flags).find((key) => flags[key] !== undefined && !besideResume.has(key));
  if (other !== undefined || file !== undefined) {
    const name =
      other === undefined ? 'a plan' : `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new MetronError('FLAG_INVALID', `--resume goes on with what the search was asked, and ${name} asks anew`, {
      hint: 'budgets may be given again; for other objectives start a new search, for other deadlines use --rescore',
    });
  }
  const prices =
    stored.prices && flags.pricePrompt === undefined && flags.priceOutput === undefined
      ? stored.prices
      : pricesOf(flags);
  const budget = budgetOf(flags);
  const given = Object.keys(budget).length > 0;
  return {
    ...stored,
    options: { ...stored.options, ...(given && { budget }) },
    ...(prices && { prices }),
  };
}

/** The plan wants some load named; the search replaces it. Virtual time needs no server. */
function planFlagsFor(flags: Flags, simulated: string | undefined, mode: string): Flags {
  const { requests: _requests, ...rest } = flags;
  const target = flags.simulate === undefined ? {} : simulatedTarget(simulated);
  const load = mode === 'users' ? { users: '1' } : rest.arrivals === 'one-shot' ? {} : { rate: '1' };
  return { ...target, ...load, ...rest };
}

function optionsOf(flags: Flags, decide: CapacityRequest['decide']): Partial<CapacityOptions> {
  const low = positive('--low', flags.low);
  const high = positive('--high', flags.high);
  if (low !== undefined && high !== undefined && low >= high) {
    throw new MetronError('FLAG_INVALID', `--low ${low} is not below --high ${high}`);
  }
  const requests = positive('--requests', flags.requests) ?? (decide === 'point' ? 300 : undefined);
  const start = low ?? (high === undefined ? undefined : Math.min(1, high));
  return {
    ...(start !== undefined && { start }),
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
    ...(requests !== undefined && { firstRequests: requests }),
    ...optional('confidence', share('--confidence', flags.confidence)),
    ...optional('tolerance', share('--tolerance', flags.tolerance)),
    growth: flags.simulate === undefined ? 1 : 0.5,
    budget: budgetOf(flags),
  };
}

function budgetOf(flags: Flags): CapacityOptions['budget'] {
  const time = textOf(flags.budgetTime);
  const limit = time === undefined ? undefined : parseDuration(time);
  if (time !== undefined && !limit) {
    throw new MetronError('FLAG_INVALID', `--budget-time: expected a duration such as 30m, got "${time}"`);
  }
  return {
    ...optional('requests', positive('--budget-requests', flags.budgetRequests)),
    ...optional('tokens', positive('--budget-tokens', flags.budgetTokens)),
    ...optional('money', positive('--budget-money', flags.budgetMoney)),
    ...(limit !== undefined && { seconds: limit / 1e9 }),
  };
}

function pricesOf(flags: Flags): CapacityRequest['prices'] {
  const prompt = positive('--price-prompt', flags.pricePrompt);
  const output = positive('--price-output', flags.priceOutput);
  if (prompt !== undefined || output !== undefined) return { prompt: prompt ?? 0, output: output ?? 0 };
  if (flags.budgetMoney === undefined) return undefined;
  throw new MetronError('FLAG_INVALID', '--budget-money needs to know what tokens cost', {
    hint: 'give --price-prompt and --price-output, each for a million tokens',
  });
}

const optional = <Key extends string>(key: Key, value: number | undefined): { [K in Key]?: number } =>
  value === undefined ? {} : ({ [key]: value } as { [K in Key]: number });

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function positive(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new MetronError('FLAG_INVALID', `${name}: expected a number above 0, got "${String(value)}"`);
}

function share(name: string, value: unknown): number | undefined {
  const text = textOf(value)?.trim();
  if (text === undefined) return undefined;
  const number = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (number > 0 && number < 1) return number;
  throw new MetronError('FLAG_INVALID', `${name}: expected a share between 0 and 1, got "${text}"`);
}

function choice<Kind extends string>(name: string, value: unknown, known: readonly Kind[], byDefault: Kind): Kind {
  if (value === undefined) return byDefault;
  const found = known.find((kind) => kind === value);
  if (found) return found;
  throw new MetronError('FLAG_INVALID', `${name}: expected ${known.join(' or ')}, got "${String(value)}"`);
}
