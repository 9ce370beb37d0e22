import type { LoopSnapshot } from './loop-monitor.ts';
import {
  latenessSpread,
  longest,
  type Measurements,
  queueingWaits,
  readInTime,
  tokenError,
  worst,
} from './measurements.ts';
import type { Spread } from './spread.ts';

export interface CheckDefinition {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  /** Without it nothing can be vouched for. */
  readonly essential?: true;
  /** The value is suspect or invalid above these; without limits the check only informs. */
  readonly limits?: (measurements: Measurements) => { readonly suspectAt: number; readonly invalidAt: number };
  readonly measure: (measurements: Measurements) => number | undefined;
  readonly explain: (measurements: Measurements) => string;
}

const inMilliseconds = (nanoseconds: number | undefined): number | undefined =>
  nanoseconds === undefined ? undefined : nanoseconds / 1e6;

const milliseconds = (nanoseconds: number): string => number(nanoseconds / 1e6);
const number = (value: number): string => String(Number(value.toPrecision(2)));
const spreadText = ({ p50, p99, max }: Spread): string =>
  `P50 ${milliseconds(p50)}, P99 ${milliseconds(p99)}, max ${milliseconds(max)} ms`;

/** A figure of every loop, where there is more than one. */
function each({ loops = [] }: Measurements, say: (loop: LoopSnapshot, index: number) => string): string {
  if (loops.length < 2) return '';
  return ` By worker: ${loops.map((loop, index) => (loop ? say(loop, index) : 'lost')).join(', ')}.`;
}

const percent = (value: number | undefined): string =>
  value === undefined ? 'unknown' : `${(value * 100).toFixed(1)} %`;

/** Who stamps, in words. */
function stampedBy({ paths = [] }: Measurements): string {
  if (paths.length === 0) return '';
  const kinds = [...new Set(paths)].sort();
  return ` Stamped by ${kinds[0] === 'A' ? 'the kernel' : 'user space'} (path ${kinds.join(' and ')}).`;
}

/** 1 % and 10 % of the deadline between two tokens. */
const ofDeadline = ({ decodeDeadline }: Measurements) => ({
  suspectAt: (decodeDeadline * 0.01) / 1e6,
  invalidAt: (decodeDeadline * 0.1) / 1e6,
});

const fixed = (suspectAt: number, invalidAt: number) => () => ({ suspectAt, invalidAt });

const share = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || !whole ? undefined : part / whole;

/** The checks of every certificate, most important first. */
export const certificateChecks: readonly CheckDefinition[] = [
  {
    id: 'token-error',
    label: 'Error of token times, P99',
    unit: 'ms',
    limits: ofDeadline,
    measure: (m) => inMilliseconds(tokenError(m, ({ p99 }) => p99)),
    explain: (m) =>
      `How far from when it was sent a token was stamped, by ${
        [
          m.canary && `a stream of known timing read beside the run (${spreadText(m.canary)})`,
          m.selfTest && `a self-test on this machine (${spreadText(m.selfTest)})`,
        ]
          .filter(Boolean)
          .join(' and ') || 'nothing: no known stream was read'
      }. It is an error bar, to both sides, on every time between tokens.${stampedBy(m)}`,
  },
  {
    id: 'lateness',
    label: 'Requests left late, P99',
    unit: 'ms',
    essential: true,
    limits: fixed(5, 50),
    measure: (m) => inMilliseconds(latenessSpread(m)?.p99),
    explain: (m) => {
      const spread = latenessSpread(m);
      return spread
        ? `Actual minus scheduled send: ${spreadText(spread)} over ${m.lateness?.length} requests.`
        : 'Actual minus scheduled send; no request was sent.';
    },
  },
  {
    id: 'rate',
    label: 'Load off by',
    unit: 'share',
    limits: fixed(0.02, 0.1),
    measure: ({ askedRate, achievedRate }) =>
      askedRate === undefined || askedRate === 0 || achievedRate === undefined
        ? undefined
        : Math.abs(achievedRate / askedRate - 1),
    explain: ({ askedRate, achievedRate }) =>
      askedRate === undefined || achievedRate === undefined
        ? 'Achieved against asked request rate; only an open loop asks for one.'
        : `Asked ${askedRate.toFixed(2)}, achieved ${achievedRate.toFixed(2)} requests a second.`,
  },
  {
    id: 'unsent',
    label: 'Requests due but never sent',
    unit: 'share',
    limits: fixed(0, 0.01),
    measure: ({ unsent, scheduled }) => share(unsent, scheduled),
    explain: ({ unsent = 0, scheduled = 0 }) => `${unsent} of ${scheduled} scheduled requests did not leave.`,
  },
  {
    id: 'own-failures',
    label: 'Requests failed on this machine',
    unit: 'share',
    limits: fixed(0, 0.01),
    measure: ({ ownFailures, scheduled }) => share(ownFailures, scheduled),
    explain: ({ ownFailures = 0, scheduled = 0 }) =>
      `${ownFailures} of ${scheduled} requests failed for want of a descriptor, a port or memory here, or because their worker died. They are no failure of the server, though they are counted among those that failed.`,
  },
  {
    id: 'workers',
    label: 'Workers lost',
    unit: '',
    essential: true,
    limits: fixed(0, 0),
    measure: ({ lostWorkers }) => lostWorkers,
    explain: () => 'A worker that dies takes its share of the load and of the open requests with it.',
  },
  {
    id: 'backlog',
    label: 'Waiting to be recorded, most',
    unit: 'share',
    limits: fixed(0.25, 1),
    measure: ({ backlog }) => backlog,
    explain: () =>
      'What arrived and was not yet recorded lies in memory; this is the most there was, in parts of what this machine lets wait. Above 1 nothing more was sent.',
  },
  {
    id: 'utilisation',
    label: 'Busiest reading loop',
    unit: 'share',
    essential: true,
    limits: fixed(0.7, 0.9),
    measure: (m) => worst(m, ({ utilisation }) => utilisation),
    explain: (m) =>
      `Share of the time a loop that reads sockets was at work. Waiting grows as ρ/(1 − ρ), so a busy loop stamps late.${each(m, ({ utilisation }) => percent(utilisation))}`,
  },
  {
    id: 'queueing-wait',
    label: 'Wait of an event for its loop',
    unit: 'ms',
    limits: ofDeadline,
    measure: (m) => inMilliseconds(longest(queueingWaits(m))),
    explain: (m) => {
      const waits = queueingWaits(m);
      const say = (wait: number | undefined): string => (wait === undefined ? 'unknown' : `${milliseconds(wait)} ms`);
      return `Mean wait by the Pollaczek–Khinchine formula, from the use of the loop and the events it read.${each(m, (_, index) => say(waits[index]))}`;
    },
  },
  {
    id: 'loop-delay',
    label: 'Event-loop delay, P99',
    unit: 'ms',
    limits: fixed(5, 50),
    measure: (m) => inMilliseconds(worst(m, ({ delay }) => delay?.p99)),
    explain: (m) =>
      `How late a reading loop came to a timer; the longest was ${(inMilliseconds(worst(m, ({ delay }) => delay?.max)) ?? 0).toFixed(2)} ms.`,
  },
  {
    id: 'gc',
    label: 'Garbage collection pause, P99',
    unit: 'ms',
    limits: fixed(1, 10),
    measure: (m) => inMilliseconds(worst(m, ({ gc }) => gc?.p99 ?? 0)),
    explain: (m) =>
      `${(m.loops ?? []).reduce((sum, loop) => sum + (loop?.gc?.count ?? 0), 0)} pauses in the reading loops, the longest ${(inMilliseconds(worst(m, ({ gc }) => gc?.max ?? 0)) ?? 0).toFixed(2)} ms.`,
  },
  {
    id: 'shared-reads',
    label: 'Tokens read together though sent apart',
    unit: 'share',
    limits: fixed(0.01, 0.1),
    measure: (m) => {
      const { reads } = m;
      if (!reads || reads.events === 0) return undefined;
      return readInTime(m) ? 0 : (reads.sharedReads - (reads.sentTogether ?? 0)) / reads.events;
    },
    explain: (m) =>
      readInTime(m) && (m.reads?.sharedReads ?? 0) > 0
        ? `${m.reads?.sharedReads} of ${m.reads?.events} events shared a read, but our loops came sooner than the gap between two events: the server sent them together.`
        : 'Several events in one read: the times of all but the last are bounds. Either the server sent them together or we came late.',
  },
  {
    id: 'cpu',
    label: 'CPU of the busiest worker',
    unit: 'share',
    limits: fixed(0.7, 0.9),
    measure: (m) => worst(m, ({ cpuShare }) => cpuShare),
    explain: (m) =>
      `Of one core. ${((worst(m, ({ waitShare }) => waitShare) ?? 0) * 100).toFixed(1)} % of the time a worker was ready but had no core.${each(m, ({ cpuShare }) => percent(cpuShare))}`,
  },
  {
    id: 'lost-packets',
    label: 'Packets sent again',
    unit: '',
    measure: ({ lostPackets }) => lostPackets && lostPackets.resent + lostPackets.outOfOrder,
    explain: ({ lostPackets }) =>
      lostPackets
        ? `${lostPackets.resent} by this machine, and ${lostPackets.outOfOrder} of the other side came after later ones. Each delays a request or a token by the network's doing, not the server's.`
        : 'The kernel tells of lost packets on Linux only, with the optional package koffi.',
  },
  {
    id: 'clock',
    label: 'Largest clock jump',
    unit: 'ms',
    limits: ofDeadline,
    measure: ({ clockSteps }) => inMilliseconds(clockSteps?.largest),
    explain: ({ clockSteps }) =>
      `The wall clock was set ${clockSteps?.count ?? 0} times during the run; kernel stamps are read on it.`,
  },
  {
    id: 'order',
    label: 'Largest contradiction between stamps',
    unit: 'ms',
    limits: ofDeadline,
    measure: ({ disordered }) => inMilliseconds(disordered?.max),
    explain: ({ disordered }) => `${disordered?.count ?? 0} stamps came out earlier than one before them.`,
  },
];
