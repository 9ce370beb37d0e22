export { tellsTokensOfChunks } from './preflight/observe.ts';
export { type PreflightResult, preflight } from './preflight/preflight.ts';
export { waitReady } from './preflight/wait-ready.ts';
export { protocols } from './protocols/index.ts';
export { autoForceLength, lengthParameters } from './protocols/length-parameters.ts';
export type { ModelRequest, ProtocolDefinition } from './protocols/protocol.ts';
export { chooseTransport } from './transport/choose-transport.ts';
export { proxyFor } from './transport/proxy-for.ts';
export { httpVersions, type Transport } from './transport/transport.ts';
