import { loadNative } from './libc.ts';

/** What the kernel knows of a connection: `struct tcp_info` of tcp(7), TCP_INFO. */
export interface TcpInfo {
  /** The peer has closed its side, or the connection is gone. */
  readonly closedByPeer: boolean;
  /** Segments sent a second time. */
  readonly resent: number;
  /** Segments that came before one that the peer had sent earlier: that one was lost, or took longer. */
  readonly outOfOrder: number;
}

export type TcpInfoOf = (descriptor: number) => TcpInfo | undefined;

const tcpLevel = 6;
const infoOption = 11;
const infoBytes = 232;
const resentAt = 100;
const outOfOrderAt = 224;
/** TCP_CLOSE and TCP_CLOSE_WAIT of include/net/tcp_states.h. */
const closedStates = [7, 8];

let loaded: TcpInfoOf | null | undefined;

/** Absent where `loadNative` finds nothing. */
export function tcpInfo(): TcpInfoOf | undefined {
  loaded ??= tryToLoad() ?? null;
  return loaded ?? undefined;
}

function tryToLoad(): TcpInfoOf | undefined {
  const native = loadNative();
  if (!native) return undefined;
  const getsockopt = native.library.func('int getsockopt(int, int, int, void *, void *)');
  const info = Buffer.alloc(infoBytes);
  const length = new Uint32Array(1);
  return (descriptor) => {
    length[0] = infoBytes;
    info.fill(0);
    if (getsockopt(descriptor, tcpLevel, infoOption, info, length) !== 0) return undefined;
    return {
      closedByPeer: closedStates.includes(info[0] ?? 0),
      resent: info.readUInt32LE(resentAt),
      outOfOrder: info.readUInt32LE(outOfOrderAt),
    };
  };
}
