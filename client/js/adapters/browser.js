/**
 * What a browser gives the core: its WebSocket and localStorage.
 */

/** @type {import("../types.js").SocketAdapter} */
export function browserSocket(url, subprotocols, handlers) {
  const socket = new WebSocket(url, subprotocols);
  socket.binaryType = "arraybuffer";
  let live = true;
  socket.onopen = () => live && handlers.open(socket.protocol);
  socket.onmessage = ({ data }) =>
    live && handlers.message(typeof data === "string" ? data : new Uint8Array(data));
  socket.onclose = ({ code }) => {
    if (!live) return;
    live = false;
    handlers.close(code);
  };
  return {
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(/** @type {any} */ (frame));
    },
    close(code) {
      live = false;
      socket.close(code);
    },
  };
}

/** @type {import("../types.js").Storage} */
export const browserStorage = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Private windows and full disks forget; the relay goes on without.
    }
  },
};

/**
 * @param {Location} location
 * @returns {string} The address of the service that served this page.
 */
export function socketUrl(location) {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`;
}
