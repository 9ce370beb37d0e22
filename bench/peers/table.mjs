// The measured rows as one table, as a plot and against the targets.

const micro = (ns) => ns / 1e3;

/** Nanoseconds in words. */
function time(ns) {
  if (ns === undefined || Number.isNaN(ns)) return '–';
  const size = Math.abs(ns);
  if (size < 9.95e3) return `${micro(ns).toFixed(1)} µs`;
  if (size < 1e6) return `${Math.round(micro(ns))} µs`;
  if (size < 1e9) return `${(ns / 1e6).toFixed(size < 9.95e6 ? 1 : 0)} ms`;
  return `${(ns / 1e9).toFixed(1)} s`;
}

const signed = (ns) => (ns === undefined ? '–' : `${ns >= 0 ? '+' : '−'}${time(Math.abs(ns))}`);
const pair = (spread) => (spread === undefined ? '–' : `${time(spread.p50)} / ${time(spread.p99)}`);
const count = (value) => (value === undefined ? '–' : Math.round(value).toLocaleString('en'));
const perToken = (ns) => (ns === undefined ? '–' : `${micro(ns).toFixed(1)} µs`);

function firstToken({ ttft, ttftError }) {
  if (ttftError === undefined) return '–';
  return ttft ? `${time(ttft.mean)} (${signed(ttftError)})` : `(${signed(ttftError)})`;
}

const columns = [
  ['tool', ({ label }) => label],
  ['streams', ({ streams }) => count(streams)],
  ['mean TTFT reported (error)', firstToken],
  ['TTFT from its own send, mean error', ({ ttftFromSend }) => signed(ttftFromSend?.mean)],
  ['token times, error P50 / P99', ({ tokenTimes }) => pair(tokenTimes)],
  ['token gaps, error P50 / P99', ({ tokenGaps }) => pair(tokenGaps)],
  ['P99 gap reported', ({ gapsReported }) => time(gapsReported?.p99)],
  ['tokens/s', ({ rate, possible }) => (possible ? `${count(rate)} of ${count(possible)}` : count(rate))],
  ['CPU per token, marginal', ({ cpuPerToken, marginalCpu }) => `${perToken(cpuPerToken)}, ${perToken(marginalCpu)}`],
  ['start to load', ({ startToLoad }) => time(startToLoad)],
  ['memory', ({ memory }) => (memory === undefined ? '–' : `${Math.round(memory / 1e6)} MB`)],
  ['wall (load)', ({ wall, loadTime }) => (wall === undefined ? '–' : `${time(wall)} (${time(loadTime)})`)],
];

export function markdown(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ].join('\n');
}

/** The P99 error of each row on a scale of decades from 1 µs to 10 s: token times where a tool keeps them, else gaps. */
export function plot(rows) {
  const drawn = rows.flatMap(({ label, streams, tokenTimes, tokenGaps }) => {
    const [kind, spread] = tokenTimes ? ['times', tokenTimes] : ['gaps', tokenGaps];
    return spread ? [{ title: `${label}, ${streams}`, kind, value: spread.p99 }] : [];
  });
  if (drawn.length === 0) return '';
  const width = Math.max(...drawn.map(({ title }) => title.length));
  const bars = drawn.map(({ title, kind, value }) => {
    const length = Math.max(1, Math.round(7 * Math.log10(Math.max(value, 1e3) / 1e3)));
    return `${title.padEnd(width)}  ${'█'.repeat(length)} ${time(value)} (${kind})`;
  });
  return ['P99 error of token times or gaps; seven characters are a factor of ten', ...bars].join('\n');
}

const find = (rows, name, streams) => rows.find((row) => row.name === name && row.streams === streams);
const standIn = (rows, name) => (rows.some((row) => row.name === name && row.recorded) ? ' (recorded)' : '');
const last = (rows, name) => rows.filter((row) => row.name === name && row.marginalCpu !== undefined).at(-1);

/** A ratio that must reach `least`, or an amount that must stay under `most`. */
export function targets(rows) {
  const found = [];
  const times = (what, theirs, ours, least) => {
    if (theirs === undefined || ours === undefined) return;
    const ratio = theirs / ours;
    found.push({
      what,
      met: ratio >= least,
      said: `×${ratio.toFixed(ratio < 10 ? 2 : 0)} (${time(theirs)} to ${time(ours)})`,
      asked: `≥ ×${least}`,
    });
  };
  const within = (what, value, most) => {
    if (value === undefined) return;
    found.push({ what, met: value <= most, said: time(value), asked: `≤ ${time(most)}` });
  };
  const rust = standIn(rows, 'vllm-bench');
  const us = (streams) => find(rows, 'metron', streams);
  times(
    `token gaps, P99: vllm-bench${rust} to metron, 20k tokens/s`,
    find(rows, 'vllm-bench', 400)?.tokenGaps?.p99,
    us(400)?.tokenGaps?.p99,
    15,
  );
  times(
    `token gaps, P99: vllm-bench${rust} to metron, 80k tokens/s`,
    find(rows, 'vllm-bench', 1600)?.tokenGaps?.p99,
    us(1600)?.tokenGaps?.p99,
    100,
  );
  times(
    `token times, P99: AIPerf${standIn(rows, 'aiperf')} to metron, 20k tokens/s`,
    find(rows, 'aiperf', 400)?.tokenTimes?.p99,
    us(400)?.tokenTimes?.p99,
    1000,
  );
  within('CPU per token, marginal, 40k to 80k tokens/s', us(1600)?.marginalCpu, 10e3);
  for (const [name, least] of [
    ['vllm-python', 2],
    ['aiperf', 5],
    ['guidellm', 5],
  ])
    times(
      `CPU per token, marginal, up to 40k tokens/s: ${name}${standIn(rows, name)} to metron`,
      last(rows, name)?.marginalCpu,
      us(800)?.marginalCpu,
      least,
    );
  for (const streams of [400, 800])
    within(`burst of ${streams}: mean error of TTFT from send`, abs(us(streams)?.ttftFromSend?.mean), 1e6);
  within('start of the process to its first request, a look at the server', us(400)?.startToFirst, 1e9);
  within('start of the process to the first request of the load', us(400)?.startToLoad, 1e9);
  return found;
}

const abs = (value) => (value === undefined ? undefined : Math.abs(value));

export const targetLines = (found) =>
  found.map(({ what, met, said, asked }) => `${met ? 'ok  ' : 'MISS'}  ${what}: ${said}, asked ${asked}`);
