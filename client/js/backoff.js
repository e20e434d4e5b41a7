/**
 * How long to wait before the next try: at random over the whole of a step, so that a crowd that
 * lost the same server comes back spread out; the steps double after the second, and are bounded.
 *
 * Two tries lie within the grace (15 s). Whoever knows better need not wait: the page tries at once
 * when the network is back, and the server's own `retry_ms` goes before all this.
 */

export const FIRST_MS = 7_000;
export const LONGEST_MS = 30_000;

/**
 * @param {number} attempt 0 for the first try after a loss.
 * @param {() => number} random In [0, 1).
 * @returns {number} Milliseconds, less than the step.
 */
export function backoff(attempt, random) {
  const doublings = Math.min(Math.max(attempt - 1, 0), 16);
  return Math.floor(Math.min(LONGEST_MS, FIRST_MS * 2 ** doublings) * random());
}
