import { registry } from '../core/registry.ts';
import { openaiChat } from './protocols/openai-chat.ts';
import { openaiCompletions } from './protocols/openai-completions.ts';

export { autoForceLength, lengthParameters } from './protocols/length-parameters.ts';
export type { ModelRequest, ProtocolDefinition } from './protocols/protocol.ts';
export type {
  Transport,
  TransportEvents,
  TransportFactory,
  TransportPath,
  TransportTarget,
} from './transport/transport.ts';

/** The wire protocols metron speaks. */
export const protocols = registry('protocol', [openaiChat, openaiCompletions]);
