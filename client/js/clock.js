/**
 * The system's clock. Modules take a `Clock` as an argument, so that tests can pass one that does
 * not wait.
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
