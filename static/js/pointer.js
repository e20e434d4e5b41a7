/**
 * One pointer on the paper, from the browser's events to the pen: every sample the device took,
 * none of a second finger, none of the palm that rests beside a pen.
 */

/** @typedef {import("../../client/js/types.js").Sample} Sample */

/** After a pen was near the paper, touches are the hand that holds it for so long. */
const PALM_MS = 1200;
/** Drawn shorter than this before the pen came, a touch was a palm as well. */
const FALSE_START_MS = 500;

/**
 * @param {HTMLElement} paper A square.
 * @param {Object} handlers
 * @param {(sample: Sample) => boolean} handlers.down False: not now.
 * @param {(samples: Sample[], predicted: Sample[]) => void} handlers.move
 * @param {() => void} handlers.up
 * @param {() => void} handlers.cancel The stroke was none: take it back.
 */
export function listenToPointer(paper, { down, move, up, cancel }) {
  /** @type {{id: number, kind: string, since: number} | null} */
  let writing = null;
  let penSeen = -Infinity;
  let box = paper.getBoundingClientRect();

  /** @param {PointerEvent} event @returns {Sample} */
  const sampleOf = (event) => ({
    x: (event.clientX - box.left) / box.width,
    y: (event.clientY - box.top) / box.height,
    t: event.timeStamp,
    pressure: event.pressure,
    kind: event.pointerType === "pen" ? "pen" : event.pointerType === "touch" ? "touch" : "mouse",
  });
  /** @param {PointerEvent} event */
  const notePen = (event) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
  };

  paper.addEventListener("pointerdown", (event) => {
    notePen(event);
    const { pointerType, pointerId, timeStamp } = event;
    if (event.button !== 0) return;
    if (pointerType === "touch" && timeStamp - penSeen < PALM_MS) return;
    if (writing) {
      if (pointerType !== "pen" || writing.kind !== "touch") return;
      if (timeStamp - writing.since < FALSE_START_MS) cancel();
      else up();
      writing = null;
    }
    box = paper.getBoundingClientRect();
    if (!down(sampleOf(event))) return;
    event.preventDefault();
    writing = { id: pointerId, kind: pointerType, since: timeStamp };
    paper.setPointerCapture(pointerId);
  });
  paper.addEventListener("pointermove", (event) => {
    notePen(event);
    if (event.pointerId !== writing?.id) return;
    box = paper.getBoundingClientRect(); // News above it may move the paper under the hand.
    const events = event.getCoalescedEvents?.() ?? [];
    const predicted = event.getPredictedEvents?.() ?? [];
    move((events.length > 0 ? events : [event]).map(sampleOf), predicted.map(sampleOf));
  });
  /** @param {PointerEvent} event */
  const ended = (event) => {
    notePen(event);
    if (event.pointerId !== writing?.id) return;
    writing = null;
    up();
  };
  paper.addEventListener("pointerup", ended);
  paper.addEventListener("pointercancel", ended);
  // Long presses and double taps belong to the brush, not to the browser.
  paper.addEventListener("contextmenu", (event) => event.preventDefault());
  paper.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
}
