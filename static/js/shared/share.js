/**
 * The button that opens the dialog for sharing the page.
 */

import { button } from "./dom.js";
import { lazy } from "./lazy.js";

/** @param {() => {url: string, words: string}} what What is shared, and what is said with it. */
export function offerToShare(what) {
  if (!document.querySelector('[data-testid="share"]')) return;
  const dialog = lazy(() => import("./share-dialog.js"), ({ ShareDialog }) => new ShareDialog(), "dialogs");
  button("share").hidden = false;
  button("share").addEventListener("click", () => {
    const { url, words } = what();
    dialog().then((it) => it.open(url, words), () => {}); // Offline; the next click tries again.
  });
}
