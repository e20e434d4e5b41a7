/**
 * Renders pages of the mini-program with glass-easel, WeChat's own component framework, in the DOM. It
 * takes the place of `Page`; `wechat.js` is the rest of WeChat. What WeChat's native components do, and
 * glass-easel leaves to them, is here as far as the pages use it: a canvas' touches, sharing, the picker.
 */

import { MiniProgramEnv, glassEasel } from "glass-easel-miniprogram-adapter";
import { templates } from "/miniprogram/templates.js";

const codeSpace = new MiniProgramEnv().createCodeSpace("", true);
const context = new glassEasel.CurrentWindowBackendContext();
const backend = codeSpace._$env.associateBackend(context);
context.onEvent((target, type, detail, options) => {
  const event = new glassEasel.Event(type, detail, options);
  glassEasel.Event.dispatchEvent(target, event);
  return event.getEventBubbleStatus();
});
for (const [path, content] of Object.entries(templates))
  codeSpace.addCompiledTemplate(path, { groupList: templates, content });

/** WXSS as CSS: 750 rpx are as wide as the screen, and `page` is the body. @param {string} text */
const cssOf = (text) => text.replace(/([\d.]+)rpx/g, (_, n) => `${(n / 750) * 100}vw`).replace(/^( *)page\b/gm, "$1body");

/** What the framework's event is to a handler in WeChat: a canvas has touches of its own. */
function eventOf(event) {
  const touches = event.detail?.touches;
  if (!touches) return event;
  const paper = window[event.currentTarget.id].getBoundingClientRect();
  const at = ({ clientX, clientY, force }) => ({ x: clientX - paper.left, y: clientY - paper.top, force });
  return { ...event, currentTarget: event.currentTarget, touches: [...touches].map(at), timeStamp: performance.now() };
}

let root = null;

/** Takes the place of WeChat's `Page`: shows the page with its template and style. */
window.renderPage = async (path, definition) => {
  root?.release();
  document.body.replaceChildren(Object.assign(document.createElement("div"), { id: "root" }));
  const styles = await Promise.all(["app", path].map((name) => fetch(`/miniprogram/${name}.wxss`)));
  const texts = await Promise.all(styles.map((answer) => (answer.ok ? answer.text() : "")));
  document.getElementById("wxss").textContent = texts.map(cssOf).join("\n");
  const page = Object.fromEntries(
    Object.entries(definition).map(([name, value]) => [
      name,
      typeof value !== "function" ? value : function (event, ...more) {
        return value.call(this, event?.detail ? eventOf(event) : event, ...more);
      },
    ]),
  );
  codeSpace.componentEnv(path, ({ Page }) => Page(page));
  root = backend.createRoot("main", codeSpace, path);
  root.attach(document.body, document.getElementById("root"));
  // The framework puts a prefix before an id; the canvases have classes of the same names.
  for (const canvas of document.querySelectorAll("canvas")) window[canvas.className] = canvas;
  window.page = root.get();
  return page;
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if ((button?.getAttribute("open-type") ?? button?.getAttribute("opentype")) === "share") window.card = window.page.onShareAppMessage({ from: "button" });
});
