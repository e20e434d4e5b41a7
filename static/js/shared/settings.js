/**
 * The user's settings, stored on this device. Style sheets read them from the root element.
 */

import { browserStorage } from "../../../client/js/adapters/browser.js";

const KEY = "jielong.settings";

/** An empty `language` means the browser's. `writes`: tags of further languages to write. */
const DEFAULTS = { language: "", grid: "mi", side: "right", writes: "" };

/** @typedef {keyof typeof DEFAULTS} Setting */

/** @returns {typeof DEFAULTS} */
function read() {
  try {
    return { ...DEFAULTS, ...JSON.parse(browserStorage.get(KEY) ?? "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

const values = read();

function show() {
  document.documentElement.dataset.grid = values.grid;
  document.documentElement.dataset.side = values.side;
}

export const settings = {
  /** @param {Setting} name */
  get: (name) => values[name],

  /** @param {Setting} name @param {string} value */
  set(name, value) {
    values[name] = value;
    browserStorage.set(KEY, JSON.stringify(values));
    show();
  },
};

show();
