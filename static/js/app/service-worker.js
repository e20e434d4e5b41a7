/**
 * Starts the service worker where the document says that there is one. It fetches what the page may
 * need later, so it waits until the first stroke does not need the line.
 */

import { BASE_PATH } from "../shared/base-path.js";
import { whenIdle } from "../shared/idle.js";

const WAIT_MS = 3000;

export function startServiceWorker() {
  const { worker } = document.documentElement.dataset;
  if (!worker || !("serviceWorker" in navigator)) return;
  const register = () =>
    navigator.serviceWorker.register(`${BASE_PATH}/${worker}`, { updateViaCache: "none" }).catch(() => {}); // Not allowed, or offline.
  setTimeout(() => whenIdle(register), WAIT_MS);
}
