/**
 * The poster as a film in which the ink is written, recorded from a canvas as fast as it plays.
 */

import { GRID } from "../../../client/js/protocol.js";
import { trace } from "../shared/brush.js";
import { Timeline } from "../shared/replay-timeline.js";
import { cellsOf, drawPoster } from "./drawing.js";
import { pictureOf } from "./files.js";
import { HEIGHT, INK, WIDTH } from "./style.js";

/** @import { PosterContent } from "./drawing.js" */

/** The size of the film as a share of the poster's. */
const SCALE = 2 / 3;
const FRAMES_A_SECOND = 30;
const BITS_A_SECOND = 3_000_000;
/** The writing takes at most so long; slower hands are played faster. */
const WRITING_MS = 9000;
/** How long the finished poster is shown. */
const WHOLE_MS = 2000;

/** The first one that the browser can record is taken: what most devices can play comes first. */
const TYPES = ["video/mp4;codecs=avc1.42E01F", "video/mp4", "video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

/** The type of the film; "" when this browser cannot make one. */
export function filmType() {
  if (!("MediaRecorder" in window) || !("captureStream" in HTMLCanvasElement.prototype)) return "";
  return TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}

/**
 * @param {PosterContent} content
 * @param {string} name Of the file, without the ending.
 * @param {{onProgress: (share: number) => void, signal: AbortSignal}} options `signal` ends the recording.
 * @returns {Promise<File>}
 * @throws {Error} When it was ended, or the browser cannot record.
 */
export async function makeFilm(content, name, { onProgress, signal }) {
  const type = filmType();
  const stage = new Stage(content, await pictureOf(drawPoster({ ...content, chars: content.chars.map(() => []) })));
  const recording = record(stage.canvas, type);
  try {
    await stage.play(onProgress, signal);
  } finally {
    recording.stop();
  }
  const film = await recording.whole;
  signal.throwIfAborted();
  const [kind] = type.split(";");
  return new File([film], `${name}.${kind === "video/mp4" ? "mp4" : "webm"}`, { type: kind });
}

/** @param {HTMLCanvasElement} canvas @param {string} mimeType */
function record(canvas, mimeType) {
  const recorder = new MediaRecorder(canvas.captureStream(FRAMES_A_SECOND), { mimeType, videoBitsPerSecond: BITS_A_SECOND });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const whole = new Promise((give, fail) => {
    recorder.onstop = () => give(new Blob(parts, { type: mimeType }));
    recorder.onerror = () => fail(new Error("the film cannot be recorded"));
  });
  recorder.start();
  return { whole, stop: () => recorder.state !== "inactive" && recorder.stop() };
}

/** The canvas that is recorded, and a sheet with everything that is finished on it. */
class Stage {
  canvas = newCanvas();
  #sheet = newCanvas();
  #chars;
  #cells;
  #timeline;
  /** The next stroke that goes onto the sheet. */
  #next = { c: 0, s: 0 };

  /** @param {PosterContent} content @param {CanvasImageSource} empty The poster without ink. */
  constructor(content, empty) {
    this.#chars = content.chars;
    this.#cells = cellsOf(content);
    this.#timeline = new Timeline(content.chars);
    for (const canvas of [this.#sheet, this.canvas]) contextOf(canvas).drawImage(empty, 0, 0, canvas.width, canvas.height);
  }

  /** @param {(share: number) => void} onProgress @param {AbortSignal} signal @returns {Promise<void>} */
  play(onProgress, signal) {
    const { duration } = this.#timeline;
    const speed = Math.max(1, duration / WRITING_MS);
    const length = duration / speed + WHOLE_MS;
    const start = performance.now();
    return new Promise((done) => {
      // Not by frames of the screen: a hidden page gets none.
      const timer = setInterval(() => {
        const gone = performance.now() - start;
        this.#show(Math.min(duration, gone * speed));
        onProgress(Math.min(1, gone / length));
        if (gone < length && !signal.aborted) return;
        clearInterval(timer);
        done();
      }, 1000 / FRAMES_A_SECOND);
    });
  }

  /** @param {number} time */
  #show(time) {
    const { c, finished, open } = this.#timeline.at(time);
    while (this.#next.c < c || (this.#next.c === c && this.#next.s < finished)) this.#finishNext();
    const context = contextOf(this.canvas);
    context.drawImage(this.#sheet, 0, 0);
    if (open.length > 0) this.#ink(context, c, open, true);
  }

  #finishNext() {
    const { c, s } = this.#next;
    this.#ink(contextOf(this.#sheet), c, this.#chars[c][s], false);
    this.#next = s + 1 < this.#chars[c].length ? { c, s: s + 1 } : { c: c + 1, s: 0 };
  }

  /** @param {CanvasRenderingContext2D} context @param {number} c @param {number[]} stroke @param {boolean} grows */
  #ink(context, c, stroke, grows) {
    const { x, y, side } = this.#cells[c];
    const unit = (side / (GRID + 1)) * SCALE;
    const shape = new Path2D();
    trace(stroke, grows, shape);
    context.save();
    context.setTransform(unit, 0, 0, unit, x * SCALE, y * SCALE);
    context.fillStyle = INK;
    context.fill(shape);
    context.restore();
  }
}

function newCanvas() {
  return Object.assign(document.createElement("canvas"), { width: WIDTH * SCALE, height: HEIGHT * SCALE });
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
