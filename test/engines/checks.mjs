/** What is said and counted of every check; each script of this folder ends with the same tally. */
export const total = { passed: 0, failed: 0 };

export const say = (line) => console.log(line);

/** One check: it holds where there is no problem to tell. */
export function test(name, problems) {
  say(`${problems.length === 0 ? 'ok  ' : 'FAIL'}  ${name}`);
  for (const problem of problems) say(`      ${problem}`);
  if (problems.length === 0) total.passed += 1;
  else total.failed += 1;
}
