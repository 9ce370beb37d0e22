// Wall mode of the engine: many streams at 30 tokens/s each, in a process of its own; lateness and cost of a write.
import { fork } from 'node:child_process';
import { connect } from 'node:net';

const [, , role, streamsText = '1000', secondsText = '8'] = process.argv;
const streams = Number(streamsText);
const seconds = Number(secondsText);
const tokensPerSecond = 30;

/** The engine, and how much of a core it takes while everything streams. */
async function serve() {
  const { startEngine } = await import('../dist/engine/server/start-engine.js');
  const engine = await startEngine({
    port: 0,
    firstTokenMs: 3000,
    firstTokenJitter: 0,
    perPromptTokenMs: 0,
    gapMs: 1000 / tokensPerSecond,
    gapJitter: 0,
    stallProbability: 0,
    slots: streams + 10,
    inStep: process.env.IN_STEP === '1',
    spin: process.env.SPIN === '1',
    traceKeep: 0,
  });
  let began;
  process.on('message', (message) => {
    if (message === 'begin') began = process.cpuUsage();
    else if (message === 'end') {
      const { user, system } = process.cpuUsage(began);
      process.send({ cpuSeconds: (user + system) / 1e6, stats: engine.stats() });
    } else if (message === 'stop') void engine.close().then(() => process.exit());
  });
  process.send({ port: engine.port });
}

async function measure() {
  const server = fork(new URL(import.meta.url), ['server', `${streams}`, `${seconds}`]);
  const next = () => new Promise((resolve) => server.once('message', resolve));
  const { port } = await next();
  const body = JSON.stringify({
    model: 'metron-sim',
    prompt: 'boats',
    max_tokens: tokensPerSecond * (seconds + 2),
    ignore_eos: true,
    stream: true,
  });
  const request = `POST /v1/completions HTTP/1.1\r\nhost: e\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  let bytes = 0;
  const sockets = await Promise.all(
    Array.from({ length: streams }, async () => {
      const socket = connect(port, '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.on('data', (data) => {
        bytes += data.length;
      });
      socket.write(request);
      return socket;
    }),
  );
  await sleep(4000);
  server.send('begin');
  const before = await scrape(port);
  const bytesBefore = bytes;
  await sleep(seconds * 1000 - 3000);
  const after = await scrape(port);
  server.send('end');
  const { cpuSeconds, stats } = await next();
  const of = (name) => difference(before, after, name);
  const span = seconds - 3;
  const tokens = of('vllm:generation_tokens_total').value;
  report('streams', streams);
  report('tokens per second', Math.round(tokens / span), `of ${streams * tokensPerSecond} asked`);
  report(
    'processor',
    `${((100 * cpuSeconds) / span).toFixed(0)} % of a core`,
    `${((1e6 * cpuSeconds) / tokens).toFixed(1)} µs a token`,
  );
  report(
    'lateness P50 / P99',
    `${of('sim_write_lateness_seconds').quantile(0.5)} / ${of('sim_write_lateness_seconds').quantile(0.99)} s`,
    'target P99 < 0.001',
  );
  report('flush, mean a stream', `${(of('sim_flush_seconds_per_stream').mean * 1e6).toFixed(1)} µs`, 'target ≤ 12');
  report('queued writes', of('sim_queued_writes_total').value, `${((bytes - bytesBefore) / 1e6).toFixed(0)} MB read`);
  report('running at the end', stats.running);
  for (const socket of sockets) socket.destroy();
  server.send('stop');
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const report = (name, value, note = '') => console.log(`${name.padEnd(22)} ${String(value).padEnd(18)} ${note}`);

const scrape = async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

/** What a metric counted between two scrapes. */
function difference(before, after, name) {
  const read = (text, suffix, le) => {
    const label = le === undefined ? '[^}]*' : `[^}]*le="${le.replace('+', '\\+')}"[^}]*`;
    return Number(new RegExp(`^${name}${suffix}\\{${label}\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  };
  const change = (suffix, le) => read(after, suffix, le) - read(before, suffix, le);
  const bounds = [...after.matchAll(new RegExp(`^${name}_bucket\\{[^}]*le="([^"]+)"`, 'gm'))].map(([, le]) => le);
  return {
    value: change(''),
    mean: change('_sum') / change('_count'),
    quantile: (share) => bounds.find((le) => change('_bucket', le) >= share * change('_count')),
  };
}

if (role === 'server') await serve();
else await measure();
