import { describe, expect, it } from 'vitest';
import { MetronError } from '../../core/errors.ts';
import { parseFaultRule } from './fault-rule.ts';

describe('a rule of faults', () => {
  it.each([
    ['stall:x', 'token: "x" is not a number'],
    ['http-error:99', 'status: "99" is less than 300'],
    ['empty:1', 'takes no more than 0 arguments'],
    ['stal', 'unknown fault "stal"; known: '],
    ['stall@every=0', 'a condition that cannot be read: every=0'],
    ['stall@model=[', 'a condition that cannot be read: model=['],
  ])("%s is refused as the user's mistake", (text, message) => {
    const refuse = () => parseFaultRule(text);
    expect(refuse).toThrow(MetronError);
    expect(refuse).toThrow(message);
  });
});
