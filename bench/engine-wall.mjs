// The engine in real time: 1,000 streams at 30 tokens/s each from one process on one core. How late the first write
// of an iteration is, and what a stream costs. Usage: engine-wall.mjs [free|in-step|model|all] [streams] [seconds]
import { fork } from 'node:child_process';
import { connect } from 'node:net';

const [, , variant = 'all', streamsText = '1000', secondsText = '15', portText] = process.argv;
const streams = Number(streamsText);
const seconds = Number(secondsText);
const tokensPerSecond = 30;
const targets = { latenessSeconds: 1e-3, flushSeconds: 12e-6 };

const simple = {
  firstTokenMs: 3000,
  firstTokenJitter: 0,
  perPromptTokenMs: 0,
  gapMs: 1000 / tokensPerSecond,
  gapJitter: 0,
  stallProbability: 0,
  slots: streams + 10,
};

const variants = {
  free: { what: 'simple engine, each stream at its own times', engine: simple },
  'in-step': { what: 'simple engine, all streams at once', engine: { ...simple, inStep: true } },
  // A batch of 1,000 takes 33 ms there.
  model: {
    what: 'Qwen2.5-7B on an H100 under vLLM V1, batches of all streams',
    engine: { model: 'qwen2.5-7b', gpu: 'h100', scheduler: 'vllm-v1' },
  },
};

/** The engine, and how much of a core it takes while everything streams. */
async function serve(name) {
  const { keepTime } = await import('../dist/system/keep-time.js');
  const { startEngine } = await import('../dist/engine/server/start-engine.js');
  keepTime();
  const engine = await startEngine({ ...variants[name].engine, port: 0, traceKeep: 0 });
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

/**
 * The clients, in a process of their own that stands for other machines: it only counts bytes, and sleeps between
 * rounds of reading, since a reader that waits for each segment has the engine's sends pay for waking it.
 */
async function read() {
  const { model = 'metron-sim' } = variants[variant.slice('read-'.length)].engine;
  const body = JSON.stringify({
    model,
    prompt: 'boats',
    // More than a slow start leaves time for: streams that end are dearer than streams that go on.
    max_tokens: tokensPerSecond * (seconds + 60),
    ignore_eos: true,
    stream: true,
  });
  const request = `POST /v1/completions HTTP/1.1\r\nhost: e\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const buffer = Buffer.allocUnsafe(64 * 1024);
  let bytes = 0;
  const callback = (length) => {
    bytes += length;
    return true;
  };
  const open = async () => {
    const socket = connect({ port: Number(portText), host: '127.0.0.1', onread: { buffer, callback } });
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(request);
  };
  await Promise.all(Array.from({ length: streams }, open));
  process.on('message', () => process.send(bytes));
  process.send('connected');
  const nap = new Int32Array(new SharedArrayBuffer(4));
  const round = () => {
    Atomics.wait(nap, 0, 0, 10);
    setImmediate(round);
  };
  round();
}

const start = (...args) => {
  const child = fork(new URL(import.meta.url), args.map(String));
  const replies = [];
  const waiting = [];
  child.on('message', (message) => (waiting.length > 0 ? waiting.shift()(message) : replies.push(message)));
  const reply = () => (replies.length > 0 ? replies.shift() : new Promise((resolve) => waiting.push(resolve)));
  return {
    child,
    reply,
    ask: (message) => {
      child.send(message);
      return reply();
    },
  };
};

async function measure(name) {
  const server = start(`serve-${name}`, streams, seconds);
  const { port } = await server.reply();
  const reader = start(`read-${name}`, streams, seconds, port);
  await reader.reply();
  while (gauge(await scrape(port), 'vllm:num_requests_running') < streams) await sleep(500);
  await sleep(4000);
  const bytesBefore = await reader.ask('bytes');
  server.child.send('begin');
  const before = await scrape(port);
  await sleep(seconds * 1000);
  const after = await scrape(port);
  const { cpuSeconds, stats } = await server.ask('end');
  const bytes = (await reader.ask('bytes')) - bytesBefore;
  print(variants[name].what, { of: (metric) => difference(before, after, metric), cpuSeconds, stats, bytes });
  reader.child.kill();
  server.child.send('stop');
}

function print(what, { of, cpuSeconds, stats, bytes }) {
  const tokens = of('vllm:generation_tokens_total').value;
  const lateness = of('sim_write_lateness_seconds');
  const flush = of('sim_flush_seconds_per_stream');
  const late = lateness.quantile(0.99);
  const ended = stats.running < streams ? ': some ended or waited, so these are not the figures asked for' : '';
  console.log(`${what}: ${stats.running} of ${streams} streams${ended}`);
  report('tokens per second', Math.round(tokens / seconds), `of ${streams * tokensPerSecond} asked`);
  report(
    'processor',
    `${((100 * cpuSeconds) / seconds).toFixed(0)} % of a core`,
    `${((1e6 * cpuSeconds) / tokens).toFixed(1)} µs a token`,
  );
  const waited = of('sim_core_wait_seconds_total').value / seconds;
  report(
    'waited for a core',
    `${(100 * waited).toFixed(0)} % of the time`,
    waited > 0.5 ? 'STARVED: what follows says how busy this machine is, not how quick the engine' : '',
  );
  report(
    'lateness P50 / P99',
    `${lateness.quantile(0.5)} / ${late} s`,
    verdict(late, targets.latenessSeconds, `P99 of ${lateness.count} under 1 ms`),
  );
  report(
    'flush, mean a stream',
    flush.count > 0 ? `${(flush.mean * 1e6).toFixed(1)} µs` : 'none',
    verdict(flush.mean, targets.flushSeconds, '12 µs at most'),
  );
  report('queued writes', of('sim_queued_writes_total').value, `${(bytes / 1e6).toFixed(0)} MB read\n`);
}

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const report = (name, value, note = '') => console.log(`  ${name.padEnd(22)} ${String(value).padEnd(20)} ${note}`);
const verdict = (value, bound, target) => `target ${target}: ${value <= bound ? 'kept' : 'MISSED'}`;

const scrape = async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();

const gauge = (text, name) => Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);

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
    count: change('_count'),
    mean: change('_sum') / change('_count'),
    quantile: (share) => Number(bounds.find((le) => change('_bucket', le) >= share * change('_count'))),
  };
}

if (variant.startsWith('serve-')) await serve(variant.slice('serve-'.length));
else if (variant.startsWith('read-')) await read();
else for (const name of variant === 'all' ? Object.keys(variants) : [variant]) await measure(name);
