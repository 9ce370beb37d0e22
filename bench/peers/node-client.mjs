// What a program in Node does that reads token streams with the `openai` SDK or with `fetch`:
// `node node-client.mjs openai|fetch URL STREAMS REQUESTS TOKENS OUTPUT [FOLDER OF THE SDK]`.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [kind, url, streams, requests, tokens, output, folder] = process.argv.slice(2);
const request = {
  model: 'stamped',
  messages: [{ role: 'user', content: 'the people who read its tokens wait for the next one and the machine' }],
  max_tokens: Number(tokens),
  stream: true,
};
const now = () => Number(process.hrtime.bigint());

async function* throughSdk(client) {
  const stream = await client.chat.completions.create(request);
  for await (const chunk of stream) yield chunk;
}

async function* throughFetch() {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body) {
    const events = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = events.pop();
    for (const event of events) if (event !== 'data: [DONE]') yield JSON.parse(event.slice('data: '.length));
  }
}

async function answer(ask) {
  const sentAt = now();
  const at = [];
  const text = [];
  for await (const chunk of ask()) {
    const content = chunk.choices[0]?.delta.content;
    if (!content) continue;
    at.push(now());
    text.push(content);
  }
  return { sentAt, at, text };
}

let asker = throughFetch;
if (kind === 'openai') {
  const { default: OpenAI } = createRequire(join(folder, 'package.json'))('openai');
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });
  asker = () => throughSdk(client);
}
let left = Number(requests);
const answers = [];
await Promise.all(
  Array.from({ length: Number(streams) }, async () => {
    while (left-- > 0) answers.push(await answer(asker));
  }),
);
writeFileSync(output, JSON.stringify(answers));
