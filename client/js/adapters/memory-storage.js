/**
 * A storage for a program without one. The participant is a new one at the next start, unless the
 * caller keeps the values.
 */

/**
 * @param {Map<string, string>} [values] Kept by the caller.
 * @returns {import("../types.js").Storage}
 */
export function memoryStorage(values = new Map()) {
  return {
    get: (key) => values.get(key) ?? null,
    set(key, value) {
      if (value === null) values.delete(key);
      else values.set(key, value);
    },
  };
}
