/**
 * The poster as a film in which the ink is written.
 */

import { drawPoster } from "./drawing.js";
import { recordFilm } from "./film-recorder.js";
import { FilmStage } from "./film-stage.js";
import { pictureOf } from "./files.js";

/** @import { PosterContent } from "./drawing.js" */
/** @import { FilmOptions, FilmWay } from "./film-ways.js" */

/**
 * Makes the film in the first of these ways that does not fail.
 * @param {PosterContent} content
 * @param {string} name Of the file, without the ending.
 * @param {FilmWay[]} ways At least one; see `filmWays`.
 * @param {FilmOptions} options
 * @returns {Promise<File>}
 * @throws {Error} When it was ended, or every way failed; the error of the last one.
 */
export async function makeFilm(content, name, ways, options) {
  const empty = await pictureOf(drawPoster({ ...content, chars: content.chars.map(() => []) }));
  for (const [i, way] of ways.entries()) {
    try {
      const film = await filmOf(new FilmStage(content, empty), way, options);
      if (options.signal.aborted) throw new Error("the film was stopped");
      return new File([film], `${name}.${way.container}`, { type: `video/${way.container}` });
    } catch (error) {
      if (options.signal.aborted || i === ways.length - 1) throw error;
      console.warn(error);
    }
  }
  throw new Error("this browser cannot make a film");
}

/** @param {FilmStage} stage @param {FilmWay} way @param {FilmOptions} options @returns {Promise<Blob>} */
async function filmOf(stage, way, options) {
  if ("type" in way) return recordFilm(stage, way, options);
  const { encodeFilm } = await import("./film-encoder.js");
  return encodeFilm(stage, way, options);
}
