import { MetronError } from '../core/errors.ts';
import { decisive } from './capacity-bounds.ts';
import type { Probe, ProbeObservation } from './capacity-probe.ts';
import type { CapacityResult } from './capacity-result.ts';
import { shareEvidence } from './sequential-share.ts';

/** What is watched for: conditions by text and required share, and how sure one must be; absent where points decide. */
export interface WatchedObjective {
  readonly conditions: readonly { readonly text: string; readonly share: number }[];
  readonly confidence?: number;
}

/** A look that says nothing about its load, since the target was not there. */
export interface LostLook {
  readonly load: number;
  readonly reason: string;
  readonly run?: string;
}

/** Stakes of a search may cost a little of what a look alone has shown. */
const margin = 5;

/** Looks along with a search and ends it where going on could teach nothing. */
export class CapacityWatch {
  readonly #objective: WatchedObjective;
  readonly #judged: boolean[];
  readonly #end = new AbortController();
  #lowest = Number.POSITIVE_INFINITY;
  /** The look in which the target was lost. */
  lost: LostLook | undefined;
  /** Requests that found the target idle miss so often that no lower load can pass. */
  #idleFails = false;

  constructor(objective: WatchedObjective) {
    this.#objective = objective;
    this.#judged = objective.conditions.map(() => false);
  }

  /** Aborts once the answer is known without further loads. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** What the search has found: where it was ended by this watch, that nothing can pass. */
  ended(found: CapacityResult): CapacityResult {
    if (!this.#idleFails || found.reason !== 'interrupted') return found;
    const missing = 'no relevant lower bound: requests that find the target idle fail too';
    return { ...found, reason: 'nothing-passes', missingBound: missing };
  }

  probe(look: Probe): Probe {
    return async (load, requests) => {
      const observation = await look(load, requests);
      const { limit, run } = observation;
      if (limit?.kind === 'target') this.lost = { load, reason: limit.reason, ...(run !== undefined && { run }) };
      if (limit) return observation;
      this.#expectJudged(observation);
      this.#lowest = Math.min(this.#lowest, load);
      if (load === this.#lowest && failsIdle(observation, this.#objective)) {
        this.#idleFails = true;
        this.#end.abort();
      }
      return observation;
    };
  }

  /** A condition that no answer says anything about would be looked at for ever. */
  #expectJudged({ tallies }: ProbeObservation): void {
    if ((tallies[0]?.good.length ?? 0) === 0) return;
    for (const [j, { good, missed, unknown }] of tallies.entries()) {
      this.#judged[j] ||= [good, missed, unknown].some((units) => units.some((count) => count > 0));
    }
    const silent = this.#objective.conditions.find((_, j) => !this.#judged[j]);
    if (!silent) return;
    throw new MetronError('SLO_UNJUDGED', `no answer of this target says anything about ${silent.text}`, {
      hint: 'a scheduling delay needs a server that reports it, or --prefill-curve; gaps and TPOT need answers of two tokens and more',
    });
  }
}

/**
 * Whether requests that met nobody in the system miss too often, even if all others were good: then it is
 * not the load that fails. Units of one request count as one.
 */
function failsIdle({ tallies, alone }: ProbeObservation, { conditions, confidence }: WatchedObjective): boolean {
  if (!alone) return false;
  return conditions.some(({ share }, j) => {
    const tally = tallies[j];
    if (!tally) return false;
    let [missed, all, requests] = [0, 0, 0];
    for (const [i, isAlone] of alone.entries()) {
      const units = (tally.good[i] ?? 0) + (tally.missed[i] ?? 0) + (tally.unknown[i] ?? 0);
      all += units;
      if (units > 0) requests++;
      if (isAlone) missed += tally.missed[i] ?? 0;
    }
    if (all === 0 || missed / all <= 1 - share) return false;
    const units = all / requests;
    return (
      confidence === undefined ||
      shareEvidence(missed / units, requests, 1 - share).fail >= decisive(confidence) + margin
    );
  });
}
