import type { ScorePolicy, Summary } from '../metrics/index.ts';
import type { ReportInput, ReportManifest } from './report-input.ts';
import { type ScoredRequest, scoreRequest } from './scored-request.ts';

/** A run as figures see it: the summary over every record, and the requests that are at hand. */
export interface ScoredRun {
  readonly manifest: ReportManifest;
  readonly policy: ScorePolicy;
  readonly summary: Summary;
  /** By scheduled time, all phases. */
  readonly requests: readonly ScoredRequest[];
  /** Those in every share. */
  readonly counted: readonly ScoredRequest[];
  /** The page holds an even sample of this many requests; absent: all of them. */
  readonly sampleOf?: number;
}

export function scoredRun({ manifest, summary, records }: ReportInput, sampleOf?: number): ScoredRun {
  const requests = records
    .map((record) => scoreRequest(record, summary.policy))
    .sort((a, b) => a.record.scheduledAt - b.record.scheduledAt || a.id - b.id);
  return {
    manifest,
    policy: summary.policy,
    summary,
    requests,
    counted: requests.filter(({ counted }) => counted),
    ...(sampleOf === undefined ? {} : { sampleOf }),
  };
}

/** What a note says when a figure was drawn from part of the run; nothing otherwise. */
export function sampleNote({ counted, sampleOf }: ScoredRun): string {
  return sampleOf === undefined
    ? ''
    : ` Re-scored from an even sample of ${counted.length.toLocaleString('en-US')} of ${sampleOf.toLocaleString('en-US')} requests.`;
}
