import type { PackedRequests } from './packed-requests.ts';
import { packRequests } from './packed-requests.ts';
import { pageRequests } from './page-requests.ts';
import type { ReportInput, ReportManifest } from './report-input.ts';
import { type ReportModel, reportModel } from './report-model.ts';
import { scoredRun } from './scored-run.ts';

/** All a report page needs: what it shows, and the requests it plays and scores again. */
export interface PageData {
  readonly model: ReportModel;
  readonly manifest: ReportManifest;
  /** Requests of the whole run. */
  readonly total: number;
  readonly requests: PackedRequests;
  /** Ids of an even sample; absent: `requests` are all there are. */
  readonly sample?: readonly number[];
  /** Kept answers of the requests that playback offers, by id. */
  readonly texts: Readonly<Record<string, string>>;
}

const longestText = 4000;

/** `budget`: bytes of packed timelines the page may carry; base64 adds a third. */
export function pageData(input: ReportInput, budget: number): PageData {
  const run = scoredRun(input);
  const model = reportModel(input, run);
  const { records, sample } = pageRequests(run, model.playback, model.silences, budget);
  const { name, startedAt, phases, loadModel, certificate } = input.manifest;
  return {
    model,
    manifest: {
      ...(name === undefined ? {} : { name }),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(phases === undefined ? {} : { phases }),
      ...(loadModel === undefined ? {} : { loadModel }),
      ...(certificate === undefined ? {} : { certificate }),
    },
    total: run.requests.length,
    requests: packRequests(records),
    ...(sample === undefined ? {} : { sample }),
    texts: Object.fromEntries(
      model.playback.flatMap(({ id }) => {
        const text = run.requests.find((request) => request.id === id)?.record.text;
        return text === undefined ? [] : [[String(id), text.slice(0, longestText)]];
      }),
    ),
  };
}
