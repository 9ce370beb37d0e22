import type { RunEvent } from '../run/events.ts';

/** Shows how a run goes on: one moving line on a terminal, plain lines elsewhere, JSON lines for machines. */
export interface Progress {
  show(event: RunEvent): void;
  /** Leaves the screen clean for what is printed next. */
  end(): void;
}

const plainEveryMs = 5000;

const seconds = (ns: number): string => `${Math.max(0, ns / 1e9).toFixed(0)} s`;

function liveText(event: Extract<RunEvent, { kind: 'live' }>): string {
  const { live, elapsed, left } = event;
  const parts = [
    event.draining ? 'draining' : seconds(elapsed),
    `${live.inFlight} in flight`,
    `${live.completed} done`,
    `${event.sentPerSecond.toFixed(1)} req/s`,
    `${event.tokensPerSecond.toFixed(0)} tok/s`,
  ];
  if (live.failed > 0) parts.push(`${live.failed} failed`);
  parts.push(event.draining ? `up to ${seconds(left)} more` : `${seconds(left)} left`);
  return parts.join(' · ');
}

function text(event: RunEvent): string {
  return event.kind === 'live' ? liveText(event) : event.text;
}

function terminalProgress(out: NodeJS.WriteStream): Progress {
  let open = false;
  const clear = (): void => {
    if (open) out.write('\r\x1b[2K');
    open = false;
  };
  return {
    show(event) {
      clear();
      const columns = out.columns ?? 80;
      out.write(text(event).slice(0, columns - 1));
      open = event.kind === 'live' || event.passing;
      if (!open) out.write('\n');
    },
    end: clear,
  };
}

function plainProgress(out: NodeJS.WritableStream): Progress {
  let lastLive = Number.NEGATIVE_INFINITY;
  return {
    show(event) {
      if (event.kind === 'live') {
        if (performance.now() - lastLive < plainEveryMs) return;
        lastLive = performance.now();
      }
      out.write(`${text(event)}\n`);
    },
    end: () => {},
  };
}

/** Progress goes to standard error, so that standard output holds the result alone. */
export function progressFor(json: boolean, out: NodeJS.WriteStream = process.stderr): Progress {
  if (json) return { show: () => {}, end: () => {} };
  return out.isTTY ? terminalProgress(out) : plainProgress(out);
}
