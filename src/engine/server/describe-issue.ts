import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Why a value of an option cannot be taken, in the words of someone who typed it. */
export function describeIssue(issue: Issue, given: unknown): string {
  const value = JSON.stringify(given) ?? String(given);
  switch (issue.code) {
    case 'invalid_type':
      return `${value} is not ${nouns[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `${value} is none of ${issue.values.join(', ')}`;
    case 'too_big':
      return `${value} is ${issue.inclusive === false ? 'not less' : 'more'} than ${issue.maximum}`;
    case 'too_small':
      return `${value} is ${issue.inclusive === false ? 'not more' : 'less'} than ${issue.minimum}`;
    case 'invalid_union': {
      const allowed = issue.errors.flat().flatMap((one) => (one.code === 'invalid_value' ? one.values : []));
      return allowed.length > 0 ? `${value} is none of ${allowed.join(', ')}` : issue.message;
    }
    default:
      return issue.message;
  }
}

const nouns: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'yes or no',
  array: 'a list',
};
