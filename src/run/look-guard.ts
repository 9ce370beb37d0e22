import type { Plan } from '../config/index.ts';
import { RunControl } from './control.ts';
import type { OnRunEvent, RunEvent } from './events.ts';
import { isListening } from './network-baseline.ts';
import type { RunOptions } from './run.ts';
import { prepareTarget } from './target.ts';

/** So many failures without an answer between them, and it is asked whether anybody listens. */
const failuresToAsk = 10;

/** Ends a look whose target nobody listens at any more: hours of refused connections teach nothing. */
export class LookGuard {
  readonly control = new RunControl();
  readonly #url: URL | undefined;
  readonly #onEvent: OnRunEvent | undefined;
  #completed = 0;
  /** Failures when the last answer was seen. */
  #failed = 0;
  #asking = false;
  readonly #over = new AbortController();

  /** To be closed when the look is over: a search has hundreds of them, and one who may stop it. */
  constructor(plan: Plan, { env = process.env, control, onEvent }: RunOptions) {
    const { setup } = prepareTarget(plan, env);
    // Behind a proxy somebody always listens.
    this.#url = setup.proxy === undefined ? new URL(setup.url) : undefined;
    this.#onEvent = onEvent;
    if (!control) return;
    control.stopSignal.addEventListener('abort', () => this.control.stop(), { signal: this.#over.signal });
    control.leaveSignal.addEventListener('abort', () => this.control.leave(), { signal: this.#over.signal });
    if (control.stopSignal.aborted) this.control.stop();
  }

  close(): void {
    this.#over.abort();
  }

  readonly onEvent: OnRunEvent = (event) => {
    this.#onEvent?.(event);
    if (event.kind === 'live') void this.#see(event);
  };

  async #see({ live: { completed, failed } }: Extract<RunEvent, { kind: 'live' }>): Promise<void> {
    if (completed > this.#completed) [this.#completed, this.#failed] = [completed, failed];
    if (this.#url === undefined || this.#asking || failed - this.#failed < failuresToAsk) return;
    this.#asking = true;
    if (!(await isListening(this.#url))) this.control.stop();
    [this.#failed, this.#asking] = [failed, false];
  }
}
