// A stamped source that speaks HTTP/2 over TLS: Node's own server in a process of its own, which is what it can do.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(import.meta.url);
const begin =
  'data: {"id":"chatcmpl-stamped","object":"chat.completion.chunk","created":1700000000,"model":"stamped",' +
  '"choices":[{"index":0,"delta":{"content":" ';
const end = '"},"logprobs":null,"finish_reason":null}]}\n\n';

/** As `SourceProcess.start`, with phases at random. */
export async function startHttp2Source(options) {
  const child = fork(here, [JSON.stringify(options)], { serialization: 'advanced', execArgv: [] });
  const [{ port }] = await once(child, 'message');
  return {
    port,
    async log() {
      const streams = once(child, 'message');
      child.send('log');
      return (await streams)[0].streams;
    },
    async close() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

const now = () => Number(process.hrtime.bigint());

function serve({ tls, tokens, gap, firstTokenAfter }) {
  const log = [];
  /** In the order in which they are due: all have the same gap. */
  let queue = [];
  const begun = [];
  const turn = () => {
    if (begun.length > 0) queue = [...queue, ...begun.splice(0)].sort((a, b) => a.due - b.due);
    let done = 0;
    for (; done < queue.length && queue[done].due <= now(); done++) tick(queue[done]);
    if (done > 0) queue = [...queue.slice(done), ...queue.slice(0, done).filter(({ left }) => left > 0)];
    if (queue.length + begun.length > 0) setImmediate(turn);
  };
  const tick = (answer) => {
    const at = now();
    answer.sentAt[tokens - answer.left--] = at;
    answer.due += gap;
    answer.stream.write(`${begin}${at}${end}`);
    if (answer.left === 0) answer.stream.end('data: [DONE]\n\n');
  };
  const server = createSecureServer({ ...tls, settings: { maxConcurrentStreams: 100 } });
  server.on('stream', (stream, headers) => {
    const receivedAt = now();
    const sentAt = new Float64Array(tokens);
    log.push({ request: Number(headers['x-request-id']), receivedAt, sentAt });
    stream.on('error', () => {});
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    const isIdle = queue.length + begun.length === 0;
    begun.push({ stream, sentAt, left: tokens, due: receivedAt + firstTokenAfter + Math.random() * gap });
    if (isIdle) setImmediate(turn);
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', () => process.send({ streams: log.splice(0) }));
  process.on('disconnect', () => process.exit(0));
}

if (process.argv[1] === here && process.send) serve(JSON.parse(process.argv[2]));
