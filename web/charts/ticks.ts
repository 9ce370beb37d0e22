import { textWidth } from './measure.ts';

/** 1, 2, 5 (or 1, 5, or 1) times each power of ten within a domain. */
export function logTicks([from, to]: readonly [number, number], factors: readonly number[] = [1, 2, 5]): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)); power++) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(6));
      if (tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

/** The densest labelled set of 1, 2, 5 per decade whose labels do not touch. */
export function fittingLogTicks(
  domain: readonly [number, number],
  place: (value: number) => number,
  format: (value: number) => string,
): number[] {
  const choices = [[1, 2, 5], [1, 5], [1]].map((factors) => logTicks(domain, factors));
  const found = choices.find((ticks) => ticks.length > 0 && apart(ticks, place, format));
  return found ?? thinned(choices.find((ticks) => ticks.length > 0) ?? [], place, format);
}

/** Ticks of which a later one goes if its label would touch the one before. */
export function thinned(
  ticks: readonly number[],
  place: (value: number) => number,
  format: (value: number) => string,
): number[] {
  const kept: number[] = [];
  for (const tick of ticks) if (apart([...kept.slice(-1), tick], place, format)) kept.push(tick);
  return kept;
}

function apart(ticks: readonly number[], place: (v: number) => number, format: (v: number) => string): boolean {
  return ticks.every((tick, i) => {
    const before = ticks[i - 1];
    if (before === undefined) return true;
    const room = Math.abs(place(tick) - place(before));
    return room >= (textWidth(format(tick)) + textWidth(format(before))) / 2 + 8;
  });
}
