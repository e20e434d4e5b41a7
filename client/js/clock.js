/**
 * Time, passed in wherever it matters, so that a test need not wait.
 */

/** @import { Clock } from "./types.js" */

/** @type {Clock} */
export const systemClock = {
  now: typeof performance === "object" ? () => performance.now() : () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
