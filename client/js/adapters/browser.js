/**
 * The core's platform in a browser: WebSocket and localStorage.
 */

/** @type {import("../types.js").SocketAdapter} */
export function browserSocket(url, subprotocols, handlers) {
  return useSocket(new WebSocket(url, subprotocols), handlers);
}

/**
 * @param {WebSocket} socket One that opens, or is open and has not received anything.
 * @param {import("../types.js").SocketHandlers} handlers
 * @returns {import("../types.js").Socket}
 */
export function useSocket(socket, handlers) {
  socket.binaryType = "arraybuffer";
  let open = true;
  const onOpen = () => open && handlers.open(socket.protocol);
  socket.onopen = onOpen;
  if (socket.readyState === WebSocket.OPEN) queueMicrotask(onOpen);
  socket.onmessage = ({ data }) =>
    open && handlers.message(typeof data === "string" ? data : new Uint8Array(data));
  socket.onclose = ({ code }) => {
    if (!open) return;
    open = false;
    handlers.close(code);
  };
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(/** @type {any} */ (frame));
    },
    close(code) {
      open = false;
      socket.close(code);
    },
  };
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
