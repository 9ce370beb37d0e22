/** One step of the 32-bit MurmurHash3 finaliser over a running state. */
function mix(state: number, value: number): number {
  let hash = (state ^ value) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Digits of `id` in base `base`, lowest first, each shifted by a hash of the key and of the digits
 * before it. Two ids below base^n never share all of their first n places, so every place that a
 * prompt has room for separates it from others from its very first token.
 */
export function nonce(id: number, key: string, base: number, places: number): number[] {
  let state = 0x9e3779b9;
  for (let i = 0; i < key.length; i++) state = mix(state, key.charCodeAt(i) + 1);
  let rest = id;
  return Array.from({ length: places }, (_, place) => {
    const digit = rest % base;
    rest = Math.floor(rest / base);
    const index = (digit + (mix(state, place) % base)) % base;
    state = mix(state, index + 1);
    return index;
  });
}
