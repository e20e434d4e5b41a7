/**
 * Work that can wait until the page has nothing better to do.
 */

/** @param {() => void} act Called at the latest after two seconds. */
export function whenIdle(act) {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 2000 });
  else setTimeout(act, 500); // Safari
}
