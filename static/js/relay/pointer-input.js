/**
 * Pointer input on the writing cell: passes every sample of one pointer, ignores a second finger
 * and the palm that rests beside a pen, and tells how a stroke ends.
 */

/** @import { Sample } from "../../../client/js/types.js" */

/** After an event of a pen, a touch is a palm for so long. */
const PALM_MS = 1200;
/** A touch that began less than this before the pen came was a palm, too. */
const PALM_FIRST_MS = 500;

/** @typedef {"lifted" | "interrupted" | "palm"} End An interrupted stroke may be a palm or writing. */

/**
 * @param {HTMLElement} paper A square.
 * @param {Object} handlers
 * @param {(sample: Sample) => boolean} handlers.down False: no stroke may begin now.
 * @param {(samples: Sample[], predicted: Sample[]) => void} handlers.move
 * @param {(how: End) => void} handlers.end
 */
export function listenToPointer(paper, { down, move, end }) {
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
  /** @param {End} how */
  const endStroke = (how) => {
    if (!writing) return;
    writing = null;
    end(how);
  };

  paper.addEventListener("pointerdown", (event) => {
    notePen(event);
    const { pointerType, pointerId, timeStamp } = event;
    if (event.button !== 0) return;
    if (pointerType === "touch" && timeStamp - penSeen < PALM_MS) return;
    if (writing) {
      if (pointerType !== "pen" || writing.kind !== "touch") return;
      endStroke(timeStamp - writing.since < PALM_FIRST_MS ? "palm" : "interrupted");
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
  /** @param {End} how @returns {(event: PointerEvent) => void} */
  const ends = (how) => (event) => {
    notePen(event);
    if (event.pointerId === writing?.id) endStroke(how);
  };
  paper.addEventListener("pointerup", ends("lifted"));
  paper.addEventListener("pointercancel", ends("interrupted"));
  // Without capture the rest of the stroke, and its end, may go to another element.
  paper.addEventListener("lostpointercapture", ends("lifted"));
  document.addEventListener("visibilitychange", () => document.hidden && endStroke("interrupted"));
  // The paper moves under the finger. Not every browser cancels the pointer then.
  screen.orientation?.addEventListener("change", () => endStroke("interrupted"));
  // A long press and a double tap must draw, not open the browser's menu or zoom.
  paper.addEventListener("contextmenu", (event) => event.preventDefault());
  paper.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
}
