/**
 * Takes the place of the service worker where there shall be none: forgets what it kept, and itself.
 */

/** What a worker of this kind has in place of a window. */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

async function withdraw() {
  await caches.delete("jielong");
  await worker.registration.unregister();
}

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(withdraw()));
