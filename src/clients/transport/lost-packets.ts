import type { Socket } from 'node:net';
import { descriptorOf } from '../../system/descriptor.ts';
import { type TcpInfo, tcpInfo } from '../../system/tcp-info.ts';

/** Packets that had to be sent again, which costs a token or a request tens of milliseconds and more. */
export interface LostPacketFacts {
  /** Ours. */
  readonly resent: number;
  /** The other side's, as far as others overtook them. */
  readonly outOfOrder: number;
}

/** Counts the lost packets of connections as they are closed. */
export class LostPackets {
  readonly #ask = tcpInfo();
  #resent = 0;
  #outOfOrder = 0;

  /** To be called before the socket is closed. */
  add(socket: Socket): void {
    const info = this.#infoOf(socket);
    this.#resent += info?.resent ?? 0;
    this.#outOfOrder += info?.outOfOrder ?? 0;
  }

  /** False where the kernel does not tell. */
  closedByPeer(socket: Socket): boolean {
    return this.#infoOf(socket)?.closedByPeer ?? false;
  }

  /** Undefined where the kernel does not tell. */
  facts(): LostPacketFacts | undefined {
    return this.#ask && { resent: this.#resent, outOfOrder: this.#outOfOrder };
  }

  #infoOf(socket: Socket): TcpInfo | undefined {
    const descriptor = descriptorOf(socket);
    return descriptor === undefined ? undefined : this.#ask?.(descriptor);
  }
}
