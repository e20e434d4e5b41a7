/**
 * The page in a frame of another site: tells the site when it needs more height, and opens links
 * beside the frame.
 */

/** Whether the page is shown so. */
export const isEmbedded = document.documentElement.dataset.embedded !== undefined;

export function followEmbedding() {
  if (!isEmbedded || parent === window) return;
  addEventListener("click", openBeside, true);
  const root = document.documentElement;
  const watching = new ResizeObserver(() => {
    if (root.scrollHeight <= innerHeight) return;
    // The page's headers say who may show it; to them its height is no secret.
    parent.postMessage({ jielong: "height", height: root.scrollHeight }, "*");
  });
  for (const part of [document.body, ...document.body.children]) watching.observe(part);
}

/** @param {MouseEvent} event */
function openBeside(event) {
  const link = event.target instanceof Element && event.target.closest("a[href]");
  if (!(link instanceof HTMLAnchorElement) || link.getAttribute("href")?.startsWith("#")) return;
  link.target = "_blank";
  link.relList.add("noopener");
}
