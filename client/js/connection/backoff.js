/**
 * The delay before a reconnect. The first try is at a random time, so that the clients of a lost
 * server do not return all at once. The next tries are quick, while the server keeps the seat
 * (15 s). After that the delay doubles.
 */

const FIRST_TRY_SPAN_MS = 10_000;
/** Least and most delay of a quick try. */
const QUICK_TRY_MS = [1_000, 3_000];
const QUICK_TRIES = 4;
export const MAX_DELAY_MS = 30_000;

/**
 * @param {number} attempt 0 for the first try after a loss.
 * @param {() => number} random In [0, 1).
 * @returns {number} Milliseconds.
 */
export function backoff(attempt, random) {
  const [min, max] = QUICK_TRY_MS;
  if (attempt === 0) return Math.floor(FIRST_TRY_SPAN_MS * random());
  if (attempt <= QUICK_TRIES) return Math.floor(min + (max - min) * random());
  const doublings = Math.min(attempt - QUICK_TRIES, 16);
  return Math.floor(Math.min(MAX_DELAY_MS, max * 2 ** doublings) * random());
}
