/**
 * Parts of the page that are fetched when they are first wanted.
 */

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

/** @param {string} name @returns {Promise<void>} Without it the page goes on. */
export function addStyles(name) {
  const href = `/static/css/${name}.css`;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve) => {
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}
