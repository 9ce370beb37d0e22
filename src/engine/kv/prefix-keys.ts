/**
 * Keys of a prompt's full blocks from the blocks' own hashes: each depends on all blocks before it,
 * so equal keys mean equal prefixes. 53 bits; never 0.
 */
export function prefixKeys(blockHashes: readonly number[]): number[] {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  return blockHashes.map((hash) => {
    const hashHigh = Math.floor(hash / 2 ** 32);
    low = mix(low ^ (hash >>> 0), high);
    high = mix(high ^ hashHigh, low);
    return (high & 0x1fffff) * 2 ** 32 + low + 1;
  });
}

/** Two rounds of multiply and fold over 32 bits. */
function mix(value: number, salt: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x7feb352d) ^ salt;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
