/**
 * Runs in a browser's page, with its functions in the place of WeChat's: makes `wx` and `Page`, and
 * opens a page of the mini-program. Takes the address of the service, the name of the page and its query;
 * returns the subprotocols that each connection has offered.
 */
async ([url, name, query]) => {
  window.shown = {};
  const kept = (window.storage ??= new Map());
  const dialled = window.dialled = [];
  window.wx = {
    connectSocket({ protocols }) {
      const socket = window.socket = new WebSocket(url, protocols);
      dialled.push(protocols);
      return {
        onOpen: (run) => (socket.onopen = () => run({})),
        onMessage: (run) => (socket.onmessage = ({ data }) => socket.silent || run({ data })),
        onClose: (run) => (socket.onclose = ({ code }) => run({ code })),
        onError: (run) => (socket.onerror = () => run({})),
        send: ({ data }) => socket.silent || socket.send(data),
        close: ({ code }) => socket.close(code),
      };
    },
    getStorageSync: (key) => kept.get(key) ?? "",
    setStorageSync(key, value) {
      if (window.full) throw new Error("setStorageSync:fail exceed storage max size");
      kept.set(key, value);
    },
    removeStorageSync: (key) => kept.delete(key),
    onNetworkStatusChange: (run) => (window.network = run),
    offNetworkStatusChange: () => (window.network = null),
    getWindowInfo: () => ({ pixelRatio: window.ratio ?? 2 }),
    getAppBaseInfo: () => ({ theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light" }),
    onThemeChange(run) {
      window.themed = ({ matches }) => run({ theme: matches ? "dark" : "light" });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", window.themed);
    },
    offThemeChange: () => matchMedia("(prefers-color-scheme: dark)").removeEventListener("change", window.themed),
    createSelectorQuery() {
      const node = document.createElement("canvas");
      let selected = "";
      const query = {
        select(id) {
          selected = id.slice(1);
          window[selected] ??= node;
          return query;
        },
        fields: () => query,
        exec(run) {
          const found = window[selected];
          found.requestAnimationFrame = (run) => requestAnimationFrame(run);
          const { width, height } = found.isConnected ? found.getBoundingClientRect() : { width: 300, height: 300 };
          run([{ node: found, width, height }]);
        },
      };
      return query;
    },
    showModal({ title, content, cancelText, confirmText, success }) {
      window.asked = { title, content };
      if ([cancelText, confirmText].some((words) => words?.length > 4)) throw new Error("too long for WeChat");
      success?.({ confirm: true });
    },
    request({ url: address, method, data, header, success, fail }) {
      const here = address.replace("https://jielong.example", url.replace(/^ws/, "http").replace(/\/ws$/, ""));
      fetch(here, { method, body: data, headers: header })
        .then(async (answer) => success({ statusCode: answer.status, data: await answer.json() }))
        .catch(fail);
    },
    requirePrivacyAuthorize: ({ success, fail }) => (window.private ? fail() : success()),
    setClipboardData: ({ data, success }) => success((window.copied = data)),
    saveImageToPhotosAlbum: ({ filePath, success }) => success((window.kept = filePath)),
    showToast: ({ title }) => (window.toast = title),
    previewImage: ({ current }) => (window.previewed = current),
    navigateTo: ({ url: path }) => (window.went = path),
    stopPullDownRefresh() {},
    canIUse: (name) => !(window.lacks ?? []).includes(name),
    showActionSheet: ({ itemList, success }) => success({ tapIndex: itemList.indexOf(picked) }),
    canvasToTempFilePath: ({ canvas, success }) => success({ tempFilePath: canvas.toDataURL() }),
    showShareImageMenu: ({ path, success }) => success((window.kept = path)),
  };
  window.Page = (page) => {
    Object.assign(shown, page.data);
    window.page = { ...page, data: shown, setData: (values) => Object.assign(shown, values) };
  };
  let made = null;
  if (window.renderPage) window.Page = (page) => (made = window.renderPage(`pages/${name}/${name}`, page));
  await import(`/miniprogram/pages/${name}/${name}.js`);
  await made;
  page.onLoad(query);
  page.onReady?.();
  page.onShow?.();
  return dialled;
}
