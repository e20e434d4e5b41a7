/**
 * Loads parts of the page when they are first needed.
 */

import { styleUrl } from "./style-url.js";

const COOLDOWN_MS = 1000;

/**
 * Loads once. After a failure the next call tries again.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
export function once(load) {
  /** @type {Promise<T> | null} */
  let loaded = null;
  return () =>
    (loaded ??= load().catch((error) => {
      loaded = null;
      throw error;
    }));
}

/**
 * Makes a part once its module and its style sheet are loaded.
 * @template Module, Part
 * @param {() => Promise<Module>} load
 * @param {(module: Module) => Part} make
 * @param {string} [styles] The sheet's name in `static/css`.
 * @returns {() => Promise<Part>}
 */
export function lazy(load, make, styles) {
  return once(async () => {
    const [module] = await Promise.all([load(), styles && addStyles(styles)]);
    return make(module);
  });
}

/**
 * The same, or a failure when it takes longer.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(ms, promise) {
  const late = new Promise((_, reject) => setTimeout(reject, ms, new Error(`not within ${ms} ms`)));
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]);
}

/**
 * A part that is loaded when it is first needed.
 * @template Part
 */
export class LazyPart {
  /** Null until it is loaded. @type {Part | null} */
  part = null;
  #load;
  #onLoad;
  #notBefore = 0;

  /** @param {() => Promise<Part>} load @param {() => void} [onLoad] */
  constructor(load, onLoad = () => {}) {
    this.#load = load;
    this.#onLoad = onLoad;
  }

  /** The part, or null while it loads. After a failure it is loaded again, but not at once. */
  need() {
    if (!this.part && performance.now() >= this.#notBefore) this.#fetch();
    return this.part;
  }

  async #fetch() {
    this.#notBefore = Infinity;
    try {
      this.part = await this.#load();
    } catch {
      this.#notBefore = performance.now() + COOLDOWN_MS;
      return;
    }
    this.#onLoad();
  }
}

/** @param {string} name @returns {Promise<void>} Rejected when it cannot be fetched. */
export function addStyles(name) {
  const href = styleUrl(name);
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error(`${href} cannot be fetched`));
    };
    document.head.append(link);
  });
}
