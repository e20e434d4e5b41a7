/**
 * What a WeChat mini-program gives the core: wx.connectSocket and wx storage.
 * The global `wx` is handed in, so that nothing here needs one to be loaded.
 */

import { jsonCodec } from "../codec.js";

/**
 * Not every version of the base library tells which subprotocol was chosen, and some cannot ask
 * for one. JSON is what the server speaks in either case, so JSON alone is offered.
 *
 * @param {any} wx
 * @returns {import("../types.js").SocketAdapter}
 */
export function wxSocket(wx) {
  return (url, _subprotocols, handlers) => {
    const { subprotocol } = jsonCodec;
    const task = wx.connectSocket({ url, protocols: [subprotocol] });
    let live = true;
    /** @param {number} code */
    const closed = (code) => {
      if (!live) return;
      live = false;
      handlers.close(code);
    };
    task.onOpen(() => live && handlers.open(subprotocol));
    task.onMessage((/** @type {any} */ { data }) => live && handlers.message(data));
    task.onClose((/** @type {any} */ result) => closed(result?.code ?? 1006));
    task.onError(() => closed(1006));
    return {
      send: (frame) => task.send({ data: frame, fail: () => closed(1006) }),
      close(code) {
        live = false;
        task.close({ code });
      },
    };
  };
}

/** @param {any} wx @returns {import("../types.js").Storage} */
export function wxStorage(wx) {
  return {
    get: (key) => quietly(() => wx.getStorageSync(key) || null),
    set: (key, value) =>
      void quietly(() => (value === null ? wx.removeStorageSync(key) : wx.setStorageSync(key, value))),
  };
}

/**
 * @template T
 * @param {() => T} run
 * @returns {T | null} Null when the storage is full or forbidden.
 */
function quietly(run) {
  try {
    return run();
  } catch {
    return null;
  }
}
