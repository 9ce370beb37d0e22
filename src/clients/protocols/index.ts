import { registry } from '../../core/registry.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';

/** The wire protocols metron speaks. */
export const protocols = registry('protocol', [openaiChat, openaiCompletions]);
