/**
 * How long to wait before the next try: first anywhere in a span, so that a crowd that lost one
 * server comes back spread out; then soon, a few times, while the seat is kept (15 s); then within
 * spans that double. The page tries at once when the network is back.
 */

export const FIRST_MS = 10_000;
export const SOON_MS = [1_000, 3_000];
export const SOON = 4;
export const LONGEST_MS = 30_000;

/**
 * @param {number} attempt 0 for the first try after a loss.
 * @param {() => number} random In [0, 1).
 * @returns {number} Milliseconds.
 */
export function backoff(attempt, random) {
  const [least, most] = SOON_MS;
  if (attempt === 0) return Math.floor(FIRST_MS * random());
  if (attempt <= SOON) return Math.floor(least + (most - least) * random());
  return Math.floor(Math.min(LONGEST_MS, most * 2 ** Math.min(attempt - SOON, 16)) * random());
}
