/**
 * How long to wait before the next try: doubling, bounded, and spread at random so that a crowd
 * that lost the same server does not come back in one instant.
 */

export const FIRST_MS = 500;
export const LONGEST_MS = 30_000;

/**
 * @param {number} attempt 0 for the first try after a loss.
 * @param {() => number} random In [0, 1).
 * @returns {number} Milliseconds, between half of the step and the whole of it.
 */
export function backoff(attempt, random) {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(step * (0.5 + 0.5 * random()));
}
