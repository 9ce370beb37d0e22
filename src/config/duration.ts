import { z } from 'zod';
import { type Nanoseconds, nanoseconds } from '../core/units.ts';

const nanosecondsPer = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 } as const;
type Unit = keyof typeof nanosecondsPer;

const unitNames = 'ns|us|ms|s|m|h';
const whole = new RegExp(`^(\\d+(\\.\\d+)?(${unitNames}))+$`);
const part = new RegExp(`(\\d+(?:\\.\\d+)?)(${unitNames})`, 'g');

/** A hundred days; integer nanoseconds are exact up to 104. */
const longest = 100 * 24 * nanosecondsPer.h;

/** `60s`, `500ms`, `1m30s`; undefined if the text is no duration. */
export function parseDuration(text: string): Nanoseconds | undefined {
  if (!whole.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(part)) total += Number(amount) * nanosecondsPer[unit as Unit];
  return nanoseconds(total);
}

/** The shortest text in one unit that means exactly this time. */
export function formatDuration(time: number): string {
  for (const unit of ['s', 'ms', 'us'] as const) {
    if (time % nanosecondsPer[unit] === 0) return `${time / nanosecondsPer[unit]}${unit}`;
  }
  return `${time}ns`;
}

function problemOf(input: unknown): string {
  if (input === undefined) return 'required, a duration such as 60s';
  if (typeof input === 'number') return `expected a duration with its unit, such as ${input}s or ${input}ms`;
  if (typeof input === 'string' && input.trim().startsWith('-')) return `a duration cannot be negative, got ${input}`;
  return `expected a duration such as 60s, 500ms or 1m30s, got ${JSON.stringify(input)}`;
}

/** A time in a plan: text with a unit outside, integer nanoseconds inside. */
export const duration = (options: { readonly positive?: boolean } = {}) =>
  z.codec(
    z.string({ error: ({ input }) => problemOf(input) }).regex(whole, { error: ({ input }) => problemOf(input) }),
    z.custom<Nanoseconds>((value) => typeof value === 'number'),
    {
      decode(text, context) {
        const time = parseDuration(text);
        const message =
          time === undefined
            ? problemOf(text)
            : options.positive && time === 0
              ? 'expected longer than 0s'
              : time > longest
                ? 'expected at most 100 days'
                : undefined;
        if (message !== undefined) context.issues.push({ code: 'custom', message, input: text });
        return time ?? nanoseconds(0);
      },
      encode: formatDuration,
    },
  );
