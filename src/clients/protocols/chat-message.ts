import { fieldOf, isObject } from './json.ts';
import { type Parts, textOf } from './openai-event.ts';

/** The text of a `delta` or a `message`, under the names that servers use. */
export function readChatMessage(message: unknown): Parts {
  if (!isObject(message)) return { content: '', reasoning: '', tool: '' };
  const spoken = readContent(fieldOf(message, 'content'));
  return {
    content: spoken.content + textOf(fieldOf(message, 'refusal')),
    // vLLM renamed the field and sends both names for a while: one text, not two.
    reasoning:
      spoken.reasoning + (textOf(fieldOf(message, 'reasoning_content')) || textOf(fieldOf(message, 'reasoning'))),
    tool: toolText(fieldOf(message, 'tool_calls')) + callText(fieldOf(message, 'function_call')),
  };
}

/** A string, or a list of typed parts of which some are thinking. */
function readContent(content: unknown): { content: string; reasoning: string } {
  if (!Array.isArray(content)) return { content: textOf(content), reasoning: '' };
  let spoken = '';
  let thought = '';
  for (const part of content.filter(isObject)) {
    if (Array.isArray(part.thinking)) thought += readContent(part.thinking).content;
    else if (typeof part.thinking === 'string') thought += part.thinking;
    else spoken += textOf(part.text);
  }
  return { content: spoken, reasoning: thought };
}

function toolText(calls: unknown): string {
  if (!Array.isArray(calls)) return '';
  return calls
    .filter(isObject)
    .map((call) => callText(call.function))
    .join('');
}

function callText(call: unknown): string {
  return isObject(call) ? textOf(call.name) + textOf(call.arguments) : '';
}
