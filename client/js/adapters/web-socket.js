/**
 * Sockets on any WebSocket that is made as browsers make theirs: of a browser, Node 22, Deno or the
 * npm package `ws`.
 */

/**
 * As much of a WebSocket as is needed.
 * @typedef {Object} StandardSocket
 * @property {any} binaryType
 * @property {number} readyState
 * @property {string} protocol
 * @property {any} onopen
 * @property {any} onmessage
 * @property {any} onclose
 * @property {any} onerror
 * @property {(data: any) => void} send
 * @property {(code?: number) => void} close
 */

const OPEN = 1;

/**
 * @param {new (url: string, subprotocols: string[]) => StandardSocket} WebSocketClass
 * @returns {import("../types.js").SocketAdapter} Opens sockets of this class.
 */
export function socketWith(WebSocketClass) {
  return (url, subprotocols, handlers) => useSocket(new WebSocketClass(url, subprotocols), handlers);
}

/**
 * @param {StandardSocket} socket One that opens, or is open and has not received anything.
 * @param {import("../types.js").SocketHandlers} handlers
 * @returns {import("../types.js").Socket}
 */
export function useSocket(socket, handlers) {
  socket.binaryType = "arraybuffer";
  let open = true;
  const onOpen = () => open && handlers.open(socket.protocol);
  socket.onopen = onOpen;
  if (socket.readyState === OPEN) queueMicrotask(onOpen);
  socket.onmessage = (/** @type {{data: any}} */ { data }) =>
    open && handlers.message(typeof data === "string" ? data : new Uint8Array(data));
  socket.onclose = (/** @type {{code: number}} */ { code }) => {
    if (!open) return;
    open = false;
    handlers.close(code);
  };
  socket.onerror = () => {}; // `ws` throws without a handler; `onclose` follows
  return {
    send(frame) {
      if (socket.readyState === OPEN) socket.send(frame);
    },
    close(code) {
      open = false;
      socket.close(code);
    },
  };
}
