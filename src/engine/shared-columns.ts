/** Columns that are the same in every record of a length are made once: one array per value, as long as the longest answer. */
interface SharedColumn<T extends Uint16Array | Uint32Array> {
  whole: T;
  readonly views: (T | undefined)[];
}

const constants = new Map<number, SharedColumn<Uint16Array>>();
const ramp: SharedColumn<Uint32Array> = { whole: new Uint32Array(0), views: [] };

/** `count` times this value. */
export function constantColumn(value: number, count: number): Uint16Array {
  let column = constants.get(value);
  if (column === undefined) {
    column = { whole: new Uint16Array(0), views: [] };
    constants.set(value, column);
  }
  if (column.whole.length < count) column.whole = new Uint16Array(Math.max(2048, 2 * count)).fill(value);
  column.views[count] ??= column.whole.subarray(0, count);
  return column.views[count];
}

/** 0, 1 … `count` − 1. */
export function rampColumn(count: number): Uint32Array {
  if (ramp.whole.length < count) ramp.whole = Uint32Array.from({ length: Math.max(2048, 2 * count) }, (_, i) => i);
  ramp.views[count] ??= ramp.whole.subarray(0, count);
  return ramp.views[count];
}
