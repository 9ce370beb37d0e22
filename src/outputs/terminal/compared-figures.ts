import type { ComparedSystem, CompareResult } from '../../analyses/comparison-result.ts';
import { nanosecondsPerMillisecond } from '../../core/units.ts';
import { chosen, number, share } from '../../plots/format.ts';
import { table } from './layout.ts';

/** The paper's figures as numbers, one line a system: rates, fluidity CDF, acceptance curve. */
export function figureBlocks(result: CompareResult): string[][] {
  return result.systems.length === 0 ? [] : [rates(result), fluidity(result), acceptance(result)];
}

function rates({ systems }: CompareResult): string[] {
  const cell = (value: number | undefined): string => (value === undefined ? 'none' : `${number(value)}/s`);
  return table(
    [
      { title: 'tokens per second', align: 'left' },
      { title: 'by TPOT', align: 'right' },
      { title: 'by tail TBT', align: 'right' },
      { title: 'fluid', align: 'right' },
    ],
    systems.map(({ name, rates: { tpot, tbt, fluid } }) => [name, cell(tpot), cell(tbt), cell(fluid)]),
  );
}

const percentiles = [1, 5, 10, 25, 50];

function fluidity({ systems }: CompareResult): string[] {
  return table(
    [
      { title: 'fluidity-index', align: 'left' },
      ...percentiles.map((p) => ({ title: `P${p}`, align: 'right' as const })),
    ],
    systems.map(({ name, fluidityCdf }) => [name, ...percentiles.map((p) => number(fluidityCdf[p]))]),
  );
}

function acceptance({ systems, policy }: CompareResult): string[] {
  const own = policy.decodeDeadline / nanosecondsPerMillisecond;
  const deadlines = [own / 4, own / 2, own, own * 2];
  return table(
    [
      { title: 'fluid requests at D_d', align: 'left' },
      ...deadlines.map((deadline) => ({ title: chosen(deadline, ' '), align: 'right' as const })),
    ],
    systems.map((system) => [system.name, ...deadlines.map((deadline) => share(acceptedAt(system, deadline)))]),
  );
}

const acceptedAt = ({ acceptance: { deadline_ms, share: passing } }: ComparedSystem, deadline: number) =>
  deadline_ms.length === 0 ? undefined : (passing[deadline_ms.findLastIndex((each) => each <= deadline + 1e-9)] ?? 0);
