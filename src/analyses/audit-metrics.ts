import {
  type AuditedRun,
  type AuditItem,
  fail,
  ofRuns,
  pass,
  percentOf,
  type ShareOf,
  sources,
  warn,
} from './audit-item.ts';

const needed = ['ttft', 'tbt', 'e2e', 'fluidity', 'error-rate', 'output-throughput'] as const;

const rateOf = ({ summary }: AuditedRun, id: string): number | undefined =>
  summary.metrics.find((metric) => metric.id === id)?.value;

export const metrics: AuditItem = {
  kind: 'metrics',
  title: 'A subset of metrics for an interactive claim',
  source: sources.ours,
  check(runs) {
    const missing = ofRuns(runs, ({ summary }) => {
      const without = needed.filter((id) => !summary.metrics.some((metric) => metric.id === id && metric.n > 0));
      return without.length === 0 ? [] : [without.join(', ')];
    });
    if (missing.length > 0)
      return fail(`without values: ${missing.join('; ')}`, 'stream the answers, and count their tokens');
    const turned = rateFlips(runs);
    if (turned.length > 0) {
      return warn(turned.join('; '), 'say by which metric one system is faster, and show the others beside it');
    }
    return pass('first token, token gaps, end to end, fluidity, errors and throughput are all there');
  },
};

const rates = ['tpot-throughput', 'tbt-throughput', 'fluid-rate'] as const;
/** Rates that differ by less are called alike. */
const likeRates = 0.02;

/** Pairs of systems that another way to state the rate puts in another order. */
function rateFlips(runs: readonly AuditedRun[]): string[] {
  return runs.flatMap((one, i) =>
    runs
      .slice(i + 1)
      .filter((other) => other.system !== one.system)
      .flatMap((other) => {
        const ahead = (wanted: number): string[] => rates.filter((id) => order(one, other, id) === wanted);
        return ahead(1).length > 0 && ahead(-1).length > 0
          ? [`${one.name} is ahead of ${other.name} by ${ahead(1).join(', ')}, behind by ${ahead(-1).join(', ')}`]
          : [];
      }),
  );
}

function order(one: AuditedRun, other: AuditedRun, id: string): number {
  const [a, b] = [rateOf(one, id), rateOf(other, id)];
  if (a === undefined || b === undefined || Math.abs(a - b) <= likeRates * Math.max(a, b)) return 0;
  return Math.sign(a - b);
}

/** Whose tails are quoted. */
const quoted = ['ttft', 'tpot', 'e2e', 'fluidity'] as const;
const mostNamed = 3;

export const summaries: AuditItem = {
  kind: 'summary-statistics',
  title: 'Reporting Only Summary Statistics',
  source: sources.confirmed,
  check(runs) {
    const weak = ofRuns(runs, ({ summary }) => {
      const short = quoted.flatMap((id) => {
        const percentiles = summary.metrics.find((metric) => metric.id === id)?.percentiles ?? [];
        const tail = percentiles.find(({ p }) => p === (id === 'fluidity' ? 1 : 99));
        return tail?.supported ? [] : [{ id, needs: tail?.needs ?? 459 }];
      });
      const [first] = short;
      return first
        ? [
            `${summary.requests.completed} answers, ${first.needs} needed for P99 (${short.map(({ id }) => id).join(', ')})`,
          ]
        : [];
    });
    const worst = ofRuns(runs, ({ summary }) => {
      const ids = summary.worst.filter(isBad(summary)).slice(0, mostNamed);
      return ids.length === 0 ? [] : [`look at requests ${ids.map(({ id }) => id).join(', ')} first`];
    });
    if (weak.length === 0) {
      return pass(
        ['every request is kept, distributions are reported, and the samples carry a P99', ...worst].join('; '),
      );
    }
    return warn(
      [...weak, ...worst].join('; '),
      'send more requests, or quote no percentile above what the sample carries',
    );
  },
};

/** Among the worst of a run in which all went well nothing is bad. */
const isBad =
  ({ policy }: AuditedRun['summary']) =>
  ({ fluidity = 0 }: AuditedRun['summary']['worst'][number]): boolean =>
    fluidity < policy.fluidFrom;

export const normalization: AuditItem = {
  kind: 'normalization',
  title: 'Obscuring Performance with Normalization',
  source: sources.confirmed,
  check(runs) {
    const told = (share: ShareOf, what: string): string[] =>
      share.part === 0 ? [] : [`${what} in ${percentOf(share)}`];
    const hidden = ofRuns(runs, ({ requests }) => [
      ...told(requests.tpotHidesStalls, 'TPOT in time but not fluid'),
      ...told(requests.normalizedHidesWait, 'normalized latency in time but the first token late'),
      ...told(requests.hiddenStalls, 'a gap above ten times the median gap'),
    ]);
    const beside = ofRuns(runs, sideBySide);
    if (hidden.length === 0) {
      return pass(['no answer has a stall or a wait that a normalized number would hide', ...beside].join('; '));
    }
    return warn(
      [...hidden, ...beside].join('; '),
      'quote fluidity and the time to the first token beside TPOT and normalized latency',
    );
  },
};

/** Medians of what divides stalls and waits away, beside the tails of what shows them. */
function sideBySide({ summary }: AuditedRun): string[] {
  const at = (id: string, p: number): string | undefined => {
    const found = summary.metrics.find((metric) => metric.id === id)?.percentiles?.find((each) => each.p === p);
    return found?.value === undefined ? undefined : `${Number(found.value.toPrecision(3))} ms`;
  };
  const pairs = [
    ['TPOT P50', at('tpot', 50), 'longest gap P99', at('longest-gap', 99)],
    ['normalized latency P50', at('normalized-latency', 50), 'first token P99', at('ttft', 99)],
  ] as const;
  const told = pairs.flatMap(([one, a, other, b]) =>
    a === undefined || b === undefined ? [] : [`${one} ${a} beside ${other} ${b}`],
  );
  return told.length === 0 ? [] : [told.join(', ')];
}
