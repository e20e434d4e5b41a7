/**
 * Takes the place of the service worker where there shall be none: forgets what it kept, and itself.
 */

async function withdraw() {
  await caches.delete("jielong");
  await registration.unregister();
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(withdraw()));
