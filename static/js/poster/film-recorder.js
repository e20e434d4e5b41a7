/**
 * A film recorded from its canvas, as fast as it plays: for browsers without WebCodecs.
 */

import { BITS_A_SECOND, FRAMES_A_SECOND } from "./film-ways.js";

/** @import { FilmStage } from "./film-stage.js" */
/** @import { FilmOptions } from "./film-ways.js" */

/**
 * @param {FilmStage} stage
 * @param {import("./film-ways.js").Recording} recording
 * @param {FilmOptions} options
 * @returns {Promise<Blob>}
 * @throws {Error} When the browser cannot record.
 */
export async function recordFilm(stage, { type }, { onProgress, signal }) {
  const recording = record(stage.canvas, type);
  try {
    await play(stage, onProgress, signal);
  } finally {
    recording.stop();
  }
  return recording.whole;
}

/** @param {HTMLCanvasElement} canvas @param {string} mimeType */
function record(canvas, mimeType) {
  const recorder = new MediaRecorder(canvas.captureStream(FRAMES_A_SECOND), { mimeType, videoBitsPerSecond: BITS_A_SECOND });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  /** @type {Promise<Blob>} */
  const whole = new Promise((give, fail) => {
    recorder.onstop = () => give(new Blob(parts, { type: mimeType }));
    recorder.onerror = () => fail(new Error("the film cannot be recorded"));
  });
  recorder.start();
  return { whole, stop: () => recorder.state !== "inactive" && recorder.stop() };
}

/** @param {FilmStage} stage @param {FilmOptions["onProgress"]} onProgress @param {AbortSignal} signal @returns {Promise<void>} */
function play(stage, onProgress, signal) {
  const start = performance.now();
  return new Promise((done) => {
    // Not by frames of the screen: a hidden page gets none.
    const timer = setInterval(() => {
      const gone = performance.now() - start;
      stage.show(gone);
      onProgress(Math.min(1, gone / stage.duration));
      if (gone < stage.duration && !signal.aborted) return;
      clearInterval(timer);
      done();
    }, 1000 / FRAMES_A_SECOND);
  });
}
