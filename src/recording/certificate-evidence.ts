import type { Evidence, LoopEvidence, MillisecondSpread } from '../core/certificate.ts';
import { latenessSpread, type Measurements, queueingWaits } from './measurements.ts';
import type { Spread } from './spread.ts';

/** The figures behind a certificate's checks, loop by loop. */
export function evidenceOf(measurements: Measurements): Evidence {
  const { paths = [], canary, selfTest, loops = [], lostPackets } = measurements;
  const lateness = latenessSpread(measurements);
  const waits = queueingWaits(measurements);
  return {
    paths,
    tokenError: {
      ...(canary && { canary: inMilliseconds(canary) }),
      ...(selfTest && { selfTest: inMilliseconds(selfTest) }),
    },
    ...(lateness && { lateness: inMilliseconds(lateness) }),
    loops: loops.map((loop, index): LoopEvidence | null => {
      if (!loop) return null;
      const { utilisation, delay, gc, cpuShare, waitShare } = loop;
      const wait = waits[index];
      return {
        utilisation,
        ...(wait !== undefined && { queueingWait_ms: wait / 1e6 }),
        ...(delay && { delay: inMilliseconds(delay) }),
        ...(gc && { gc: { ...inMilliseconds(gc), count: gc.count } }),
        ...(cpuShare !== undefined && { cpuShare }),
        ...(waitShare !== undefined && { waitShare }),
      };
    }),
    ...(lostPackets && { lostPackets }),
  };
}

const inMilliseconds = ({ p50, p99, max }: Spread): MillisecondSpread => ({
  p50_ms: p50 / 1e6,
  p99_ms: p99 / 1e6,
  max_ms: max / 1e6,
});
