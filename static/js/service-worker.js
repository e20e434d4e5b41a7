/**
 * Lets the next visit start from this device, and shows a page when there is no network. Touches
 * nothing but the documents named below and the files that they load: no API, no work, no socket.
 *
 * The pages of campaigns are below `campaigns`; each is kept when it has been visited.
 *
 * A document is shown from the device at most once before it is fetched again. The service sets
 * `CONFIG` in front of this script: `assets` is the address of the files' folder; `documents` and
 * `offline` are addresses; `files` names those of `assets` that the home page needs sooner or later,
 * and `rest` the one that holds most of these in one.
 */

/** What a worker of this kind has in place of a window. */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
/** @type {{assets: string, documents: string[], campaigns: string, offline: string, files: string[], rest: string}} */
const CONFIG = /** @type {any} */ (self).CONFIG;
const CACHE = "jielong";
const ASSETS = new URL(CONFIG.assets, location.href).href;
const DOCUMENTS = new Set(CONFIG.documents.map((path) => new URL(path, location.href).href));
const CAMPAIGNS = new URL(CONFIG.campaigns, location.href).href;
/** Whoever has a document already does not wait longer for a network that gives nothing. */
const PATIENCE_MS = 4000;
/** So many files are fetched one by one; a release that changes more is fetched in one. */
const FEW = 4;
/** @type {Record<string, string>} By the ending of a name. */
const TYPES = { css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8" };

const WITHOUT_COOKIES = /** @type {RequestInit} */ ({ mode: "cors", credentials: "omit" });

/** @param {string} address Of a document that was shown and has not been fetched again since. */
const markOf = (address) => `${address}?shown`;

/** @param {Cache} cache @param {string} address @param {Response} answer */
async function keep(cache, address, answer) {
  if (answer.ok) await cache.put(address, answer);
}

/** @param {Cache} cache @param {string} address Of an asset. */
async function keepAsset(cache, address) {
  if (!(await cache.match(address))) await keep(cache, address, await fetch(address, WITHOUT_COOKIES));
}

/** Keeps those of `files` that are missing and that `rest` has. @param {Cache} cache */
async function keepRest(cache) {
  const kept = new Set((await cache.keys()).map(({ url }) => url));
  const missing = CONFIG.files.filter((name) => !kept.has(ASSETS + name));
  if (missing.length <= FEW) return;
  const answer = await fetch(ASSETS + CONFIG.rest, WITHOUT_COOKIES);
  if (!answer.ok) return; // They are fetched one by one.
  const contents = await answer.json();
  for (const name of missing.filter((name) => name in contents)) {
    const headers = { "content-type": TYPES[name.slice(name.lastIndexOf(".") + 1)] };
    await cache.put(ASSETS + name, new Response(contents[name], { headers }));
  }
}

/** @param {string} html */
function assetsOf(html) {
  const addresses = [...html.matchAll(/ (?:src|href)="([^"]+)"/g)].map(([, address]) => new URL(address, location.href).href);
  return [...new Set(addresses)].filter((address) => address.startsWith(ASSETS));
}

/** Keeps a document once all that it loads is kept. @param {Cache} cache @param {string} address @param {Response} answer */
async function keepDocument(cache, address, answer) {
  const assets = assetsOf(await answer.clone().text());
  await Promise.all(assets.map((asset) => keepAsset(cache, asset)));
  await keep(cache, address, answer);
  await cache.delete(markOf(address));
}

/** @param {string} address @param {RequestInit} [options] */
async function fetchDocument(address, options) {
  const answer = await fetch(address, { cache: "no-cache", ...options });
  if (answer.status >= 500) throw new Error(`HTTP ${answer.status}`);
  return answer;
}

/** A signal for the end of the patience; browsers before 2022 have none with a time of its own. */
function impatience() {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), PATIENCE_MS);
  return patience.signal;
}

/** @param {FetchEvent} event @param {string} address */
async function documentAt(event, address) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(address);
  const wasShown = (await cache.match(markOf(address))) !== undefined;
  const renew = async (options = {}) => {
    const answer = await fetchDocument(address, options);
    event.waitUntil(keepDocument(cache, address, answer.clone()).catch(() => {})); // Storage is full.
    return answer;
  };
  if (kept && !wasShown) {
    await cache.put(markOf(address), new Response());
    event.waitUntil(renew().catch(() => {})); // The mark stays, so the next visit asks first.
    return kept;
  }
  try {
    return await renew(kept ? { signal: impatience() } : {});
  } catch {
    return kept ?? (await cache.match(CONFIG.offline)) ?? Response.error();
  }
}

/** @param {FetchEvent} event @param {string} address */
async function assetAt(event, address) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(address);
  if (kept) return kept;
  const answer = await fetch(event.request);
  if (answer.type !== "opaque") event.waitUntil(keep(cache, address, answer.clone()).catch(() => {}));
  return answer;
}

/** Keeps this version beside the one before, which open pages may still need. */
async function install() {
  const cache = await caches.open(CACHE);
  await keepRest(cache);
  for (const name of CONFIG.files) await keepAsset(cache, ASSETS + name);
  for (const address of [CONFIG.documents[0], CONFIG.offline])
    await keepDocument(cache, new URL(address, location.href).href, await fetchDocument(address));
}

/** Removes what neither this version nor a kept document needs. */
async function prune() {
  const cache = await caches.open(CACHE);
  const needed = new Set(CONFIG.files.map((name) => ASSETS + name));
  const kept = await cache.keys();
  for (const { url } of kept.filter((request) => !request.url.startsWith(ASSETS))) {
    const html = await (await cache.match(url))?.text();
    for (const address of assetsOf(html ?? "")) needed.add(address);
  }
  for (const { url } of kept) if (url.startsWith(ASSETS) && !needed.has(url)) await cache.delete(url);
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(prune().then(() => worker.clients.claim())));
worker.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  const [address] = url.split(/[?#]/);
  if (mode === "navigate" && (DOCUMENTS.has(address) || address.startsWith(CAMPAIGNS))) event.respondWith(documentAt(event, address));
  else if (address.startsWith(ASSETS)) event.respondWith(assetAt(event, address));
});
