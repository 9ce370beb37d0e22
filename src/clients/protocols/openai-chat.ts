import { readChatMessage } from './chat-message.ts';
import { fieldOf } from './json.ts';
import { lengthFields } from './length-parameters.ts';
import { OpenAiDecoder } from './openai-decoder.ts';
import { readAnswer } from './openai-event.ts';
import type { ProtocolDefinition } from './protocol.ts';

/** Chat completions as OpenAI defined them and vLLM, SGLang, llama.cpp and others serve them. */
export const openaiChat: ProtocolDefinition = {
  kind: 'openai-chat',
  summary: 'POST /chat/completions, streamed as server-sent events',
  path: '/chat/completions',
  body: ({ model, prompt, maxTokens, forceLength, extra }) => ({
    model,
    messages: [{ role: 'user', content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
    ...lengthFields(maxTokens, forceLength),
    ...extra,
  }),
  decoder: () => new OpenAiDecoder((choice) => readChatMessage(fieldOf(choice, 'delta') ?? fieldOf(choice, 'message'))),
  bufferedAnswer: (json) =>
    readAnswer(json, (choice) => readChatMessage(fieldOf(choice, 'message') ?? fieldOf(choice, 'delta'))),
};
