import type { Exchange } from './exchange.ts';
import type { ServerState } from './server-state.ts';

/** One endpoint. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Its requests stand in the truth trace. */
  readonly traced?: true;
  readonly serve: (state: ServerState, exchange: Exchange, query: URLSearchParams) => void | Promise<void>;
}
