/**
 * The canvas of a film: a poster on which the ink is written. Both ways to make a film take their
 * frames from it.
 */

import { GRID } from "../../../client/js/protocol.js";
import { trace } from "../shared/brush.js";
import { Timeline } from "../shared/replay-timeline.js";
import { cellsOf } from "./drawing.js";
import { FILM_HEIGHT, FILM_WIDTH } from "./film-ways.js";
import { INK, WIDTH } from "./style.js";

/** @import { PosterContent } from "./drawing.js" */

const SCALE = FILM_WIDTH / WIDTH;
/** The writing takes at most so long; slower hands are played faster. */
const WRITING_MS = 9000;
/** How long the finished poster is shown. */
const WHOLE_MS = 2000;

export class FilmStage {
  canvas = newCanvas();
  /** Of the film, in milliseconds. */
  duration;
  /** Everything that is finished. */
  #sheet = newCanvas();
  #chars;
  #cells;
  #timeline;
  /** How much faster than the hands the film is. */
  #speed;
  /** The next stroke that goes onto the sheet. */
  #next = { c: 0, s: 0 };

  /** @param {PosterContent} content @param {CanvasImageSource} empty The poster without ink. */
  constructor(content, empty) {
    this.#chars = content.chars;
    this.#cells = cellsOf(content);
    this.#timeline = new Timeline(content.chars);
    this.#speed = Math.max(1, this.#timeline.duration / WRITING_MS);
    this.duration = this.#timeline.duration / this.#speed + WHOLE_MS;
    for (const canvas of [this.#sheet, this.canvas]) contextOf(canvas).drawImage(empty, 0, 0, canvas.width, canvas.height);
  }

  /** Draws what the film shows at a time, which never goes back. @param {number} time In milliseconds. */
  show(time) {
    const { c, finished, open } = this.#timeline.at(Math.min(this.#timeline.duration, time * this.#speed));
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
  return Object.assign(document.createElement("canvas"), { width: FILM_WIDTH, height: FILM_HEIGHT });
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
