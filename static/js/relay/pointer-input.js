/**
 * Pointer input on the writing cell: passes every sample of one pointer, ignores a second finger,
 * and ignores the palm that rests beside a pen.
 */

/** @typedef {import("../../../client/js/types.js").Sample} Sample */

/** For so long after an event of a pen, a touch is taken for the palm of the hand that holds it. */
const PALM_MS = 1200;
/** A touch that began less than this before the pen came was a palm, too. */
const PALM_FIRST_MS = 500;

/**
 * @param {HTMLElement} paper A square.
 * @param {Object} handlers
 * @param {(sample: Sample) => boolean} handlers.down False: no stroke may begin now.
 * @param {(samples: Sample[], predicted: Sample[]) => void} handlers.move
 * @param {() => void} handlers.up
 * @param {() => void} handlers.cancel The stroke was not meant: take it back.
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
      if (timeStamp - writing.since < PALM_FIRST_MS) cancel();
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
    box = paper.getBoundingClientRect(); // A notice above the paper may have moved it.
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
  // A long press and a double tap must draw, not open the browser's menu or zoom.
  paper.addEventListener("contextmenu", (event) => event.preventDefault());
  paper.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
}
