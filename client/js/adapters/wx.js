/**
 * The core's platform in a WeChat mini-program: wx.connectSocket, wx.request and wx storage. The
 * caller passes the global `wx`.
 */

import { jsonCodec } from "../wire/codec.js";

/**
 * Some versions of the base library cannot offer a subprotocol, and some do not tell which one the
 * server chose. The server speaks JSON in both cases, so the client offers JSON alone.
 *
 * @param {any} wx
 * @returns {import("../types.js").SocketAdapter}
 */
export function wxSocket(wx) {
  return (url, _subprotocols, handlers) => {
    const { subprotocol } = jsonCodec;
    const task = wx.connectSocket({ url, protocols: [subprotocol] });
    let open = true;
    /** @param {number} code */
    const closed = (code) => {
      if (!open) return;
      open = false;
      handlers.close(code);
    };
    task.onOpen(() => open && handlers.open(subprotocol));
    task.onMessage((/** @type {any} */ { data }) => open && handlers.message(data));
    task.onClose((/** @type {any} */ result) => closed(result?.code ?? 1006));
    task.onError(() => closed(1006));
    return {
      send: (frame) => task.send({ data: frame, fail: () => closed(1006) }),
      close(code) {
        open = false;
        task.close({ code });
      },
    };
  };
}

const REQUEST_MS = 10_000;

/** @param {any} wx @returns {import("../types.js").Http} */
export function wxHttp(wx) {
  return ({ method, url, headers, body }) => new Promise((resolve, reject) => {
    wx.request({
      url, method, data: body, header: headers, timeout: REQUEST_MS,
      success(/** @type {any} */ { statusCode, data, header }) {
        resolve({ status: statusCode, body: data || null, retryAfter: header?.["Retry-After"] });
      },
      fail: reject,
    });
  });
}

/** @param {any} wx @returns {import("../types.js").Storage} */
export function wxStorage(wx) {
  return {
    get: (key) => orNull(() => wx.getStorageSync(key) || null),
    set: (key, value) =>
      void orNull(() => (value === null ? wx.removeStorageSync(key) : wx.setStorageSync(key, value))),
  };
}

/**
 * @template T
 * @param {() => T} run
 * @returns {T | null} Null when the storage is full or blocked.
 */
function orNull(run) {
  try {
    return run();
  } catch {
    return null;
  }
}
