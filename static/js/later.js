/**
 * Parts of the page that are fetched when they are first wanted.
 */

const PAUSE_MS = 1000;

/**
 * Fetches something once; when that failed, the next call tries again.
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
 * For who calls with every frame: after a failure it fails without trying, for a while.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
export function patiently(load) {
  let notBefore = 0;
  return async () => {
    if (performance.now() < notBefore) throw new Error("it failed a moment ago");
    try {
      return await load();
    } catch (error) {
      notBefore = performance.now() + PAUSE_MS;
      throw error;
    }
  };
}

/**
 * A part made once its module and its style sheet are there.
 * @template Module, Part
 * @param {() => Promise<Module>} load
 * @param {(module: Module) => Part} make
 * @param {string} [styles] The sheet's name in `static/css`.
 * @returns {() => Promise<Part>}
 */
export function later(load, make, styles) {
  return once(async () => {
    const [module] = await Promise.all([load(), styles && addStyles(styles)]);
    return make(module);
  });
}

/** @param {string} name @returns {Promise<void>} Rejected when it cannot be fetched; it may be asked for again. */
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
