import { fieldOf } from './json.ts';
import { lengthFields } from './length-parameters.ts';
import { OpenAiDecoder } from './openai-decoder.ts';
import { type Choice, type Parts, readAnswer, textOf } from './openai-event.ts';
import type { ProtocolDefinition } from './protocol.ts';

const readText = (choice: Choice): Parts => ({ content: textOf(fieldOf(choice, 'text')), reasoning: '', tool: '' });

/** Plain completions: the prompt reaches the model without a chat template. */
export const openaiCompletions: ProtocolDefinition = {
  kind: 'openai-completions',
  summary: 'POST /completions, streamed as server-sent events',
  path: '/completions',
  body: ({ model, prompt, maxTokens, forceLength, extra }) => ({
    model,
    prompt,
    stream: true,
    stream_options: { include_usage: true },
    ...lengthFields(maxTokens, forceLength),
    ...extra,
  }),
  decoder: () => new OpenAiDecoder(readText),
  bufferedAnswer: (json) => readAnswer(json, readText),
};
