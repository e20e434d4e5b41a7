/**
 * Loads parts of the page when they are first needed.
 */

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
 * For callers that call with every frame: after a failure, calls fail without a try for
 * `COOLDOWN_MS`.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
export function withCooldown(load) {
  let notBefore = 0;
  return async () => {
    if (performance.now() < notBefore) throw new Error("a load failed within the last second");
    try {
      return await load();
    } catch (error) {
      notBefore = performance.now() + COOLDOWN_MS;
      throw error;
    }
  };
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

/** @param {string} name @returns {Promise<void>} Rejected when it cannot be fetched; a later call tries again. */
export function addStyles(name) {
  const href = `/static/css/${name}.css`;
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
