import { MetronError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { ApiError } from './api-error.ts';
import type { Fault, FaultScope } from './fault.ts';
import { argumentsOf, nameOf } from './fault-spec.ts';
import { faults } from './faults.ts';

/** When the engine has a fault by itself. */
export interface FaultRule {
  /** As it was written. */
  readonly text: string;
  /** `name[:arg…]` */
  readonly spec: string;
  readonly scope: FaultScope;
  /** Probability with which a request has the fault. */
  readonly probability: number;
  /** Only each request with this ordinal, counted from 1, and its multiples. */
  readonly every: number;
  /** Only requests up to this ordinal. */
  readonly first: number;
  /** Only in this window, seconds since the engine started. */
  readonly from: number;
  readonly until: number;
  /** Only models and bodies that match. */
  readonly model?: RegExp;
  readonly prompt?: RegExp;
}

type Conditions = Partial<Omit<FaultRule, 'text' | 'spec' | 'scope'>>;

const ordinal = (text: string): number | undefined => (/^[1-9]\d*$/.test(text) ? Number(text) : undefined);
const seconds = (text: string): number | undefined => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined);

const readers: Readonly<Record<string, (text: string) => Conditions | undefined>> = {
  every: (text) => condition('every', ordinal(text)),
  first: (text) => condition('first', ordinal(text)),
  from: (text) => condition('from', seconds(text)),
  until: (text) => condition('until', seconds(text)),
  model: (text) => condition('model', pattern(text)),
  prompt: (text) => condition('prompt', pattern(text)),
};

const condition = (name: keyof Conditions, value: number | RegExp | undefined): Conditions | undefined =>
  value === undefined ? undefined : { [name]: value };

function pattern(text: string): RegExp | undefined {
  try {
    return text === '' ? undefined : new RegExp(text);
  } catch {
    return undefined;
  }
}

function readCondition(text: string): Conditions | undefined {
  const [, name = '', value = ''] = /^(\w+)=([\s\S]*)$/.exec(text) ?? [];
  if (name !== '') return Object.hasOwn(readers, name) ? readers[name]?.(value) : undefined;
  const probability = Number(text || Number.NaN);
  return probability >= 0 && probability <= 1 ? { probability } : undefined;
}

function tryArguments(fault: Fault, spec: string): void {
  try {
    fault.effects(argumentsOf(spec), { next: () => 0 } as Random);
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    throw new MetronError('BAD_FAULT_RULE', cause.message, { hint: 'metron engine --list shows all faults', cause });
  }
}

/** `name[:arg…][@condition…]`, for example `stall:10:0.5@0.01`, `http-error:503@every=7` or `delay:2@first=10`. */
export function parseFaultRule(text: string): FaultRule {
  const [spec = '', ...written] = text.split('@');
  const conditions = written.map((one) => {
    const read = readCondition(one);
    if (read) return read;
    throw new MetronError('BAD_FAULT_RULE', `fault rule "${text}" has a condition that cannot be read: ${one}`, {
      hint: 'conditions: @0.05 (probability), @every=7, @first=10, @from=30, @until=60 (seconds), @model=regex, @prompt=regex',
    });
  });
  // Unknown names and arguments are refused at the start, not at the first request.
  const fault = faults.get(nameOf(spec));
  tryArguments(fault, spec);
  if (fault.of === 'listener' && written.length > 0) {
    throw new MetronError('BAD_FAULT_RULE', `fault ${spec} befalls the listening socket and takes no conditions`, {
      hint: `give it alone: --fault ${spec}`,
    });
  }
  const always = {
    probability: 1,
    every: 1,
    first: Number.POSITIVE_INFINITY,
    from: 0,
    until: Number.POSITIVE_INFINITY,
  };
  return { text, spec, scope: fault.of, ...always, ...Object.assign({}, ...conditions) };
}
