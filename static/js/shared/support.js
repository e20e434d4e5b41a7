/**
 * Whether this browser lacks something that the page needs.
 */

export function isTooOld() {
  return !(
    "WebSocket" in window &&
    "PointerEvent" in window &&
    "Path2D" in window &&
    "ResizeObserver" in window &&
    "showModal" in HTMLDialogElement.prototype
  );
}
