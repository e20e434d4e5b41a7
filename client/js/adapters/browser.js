/**
 * The core's platform in a browser: WebSocket and localStorage.
 */

import { useSocket } from "./web-socket.js";

/** @type {import("../types.js").SocketAdapter} */
export function browserSocket(url, subprotocols, handlers) {
  return useSocket(new WebSocket(url, subprotocols), handlers);
}

/**
 * localStorage. While it is blocked or full, the values are kept in the history entry, which
 * survives a reload of the page.
 * @type {import("../types.js").Storage}
 */
export const browserStorage = {
  get(key) {
    const { state } = history;
    if (state && key in state) return state[key];
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    const { [key]: _, ...state } = history.state ?? {};
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      state[key] = value;
    }
    if (key in state || key in (history.state ?? {})) history.replaceState(state, "");
  },
};

/**
 * @param {Location} location
 * @param {string} [basePath] The path of the service on this host, like "/jielong".
 * @returns {string} The WebSocket address of the service on the host of this page.
 */
export function socketUrl(location, basePath = "") {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${basePath}/ws`;
}
