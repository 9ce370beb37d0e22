export interface JunitCase {
  readonly suite: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Test results as continuous-integration servers read them. */
export function renderJunit(name: string, cases: readonly JunitCase[]): string {
  const number = (outcome: JunitCase['outcome']): number => cases.filter((each) => each.outcome === outcome).length;
  const lines = cases.map(({ suite, name: test, outcome, message }) => {
    const head = `    <testcase classname="${escaped(suite)}" name="${escaped(test)}"`;
    if (outcome === 'passed') return `${head}><system-out>${escaped(message)}</system-out></testcase>`;
    const tag = outcome === 'failed' ? 'failure' : 'skipped';
    return `${head}><${tag} message="${escaped(message)}"/></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${escaped(name)}" tests="${cases.length}" failures="${number('failed')}" skipped="${number('skipped')}">`,
    ...lines,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
