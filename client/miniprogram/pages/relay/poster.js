/**
 * The poster of a finished work: its ink, the phrase, the participant's number and the date.
 */

import {
  CINNABAR, HEIGHT, INK, INK_SOFT, KAI, PAPER, PAPER_LIGHT, SONG, WIDTH,
} from "../../jielong/static/js/poster/style.js";
import { cellsOf } from "./cells.js";
import { drawCharacter } from "./paper.js";
import { text } from "../../shared/words.js";

const LEFT = 108;
const RIGHT = WIDTH - LEFT;
/** The area of the characters. */
const ART = { x: LEFT, y: 172, width: RIGHT - LEFT, height: 920 };
const FOOT = 1150;
const SEAL = { x: RIGHT - 132, y: FOOT + 26, side: 132 };

/**
 * @param {any} canvas A canvas node of type 2d.
 * @param {string} title The campaign's.
 * @param {import("../../jielong/client/js/types.js").Done} done With its phrase and all characters.
 * @param {Date} day
 */
export function drawPoster(canvas, title, { phrase, chars, serial }, day) {
  if (!phrase) return;
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = canvas.getContext("2d");
  sheet(context);
  words(context, title, LEFT, 116, `600 38px ${KAI}`, INK);
  context.textAlign = "right";
  words(context, text("tagline"), RIGHT, 114, `24px ${SONG}`, INK_SOFT);
  context.textAlign = "left";
  cellsOf(chars.length, phrase, ART).forEach((cell, c) => drawCharacter(context, cell, chars[c] ?? []));
  context.strokeStyle = INK_SOFT;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(LEFT, FOOT - 24);
  context.lineTo(RIGHT, FOOT - 24);
  context.stroke();
  words(context, phrase.text, LEFT, FOOT + 68, `600 62px ${KAI}`, INK);
  words(context, text("done_serial", { n: serial }), LEFT, FOOT + 126, `28px ${SONG}`, INK_SOFT);
  words(context, dayOf(day), LEFT, FOOT + 176, `24px ${SONG}`, INK_SOFT);
  seal(context);
}

/** @param {any} context */
function sheet(context) {
  const light = context.createRadialGradient(540, 490, 0, 540, 490, 1150);
  light.addColorStop(0, PAPER_LIGHT);
  light.addColorStop(1, PAPER);
  context.fillStyle = light;
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.strokeStyle = CINNABAR;
  for (const [edge, width, alpha] of [[40, 2, 0.55], [50, 1, 0.4]]) {
    context.globalAlpha = alpha;
    context.lineWidth = width;
    context.strokeRect(edge, edge, WIDTH - 2 * edge, HEIGHT - 2 * edge);
  }
  context.globalAlpha = 1;
}

/** @param {any} context @param {string} what @param {number} x @param {number} y @param {string} font @param {string} colour */
function words(context, what, x, y, font, colour) {
  context.font = font;
  context.fillStyle = colour;
  context.fillText(what, x, y, RIGHT - LEFT - SEAL.side - 24);
}

/** The seal with the product's name from top to bottom. @param {any} context */
function seal(context) {
  const { x, y, side } = SEAL;
  context.fillStyle = CINNABAR;
  context.fillRect(x, y, side, side);
  context.strokeStyle = PAPER_LIGHT;
  context.lineWidth = 3;
  context.strokeRect(x + 8, y + 8, side - 16, side - 16);
  context.textAlign = "center";
  [...text("product")].forEach((char, i) =>
    words(context, char, x + side / 2, y + 62 + i * 54, `600 52px ${KAI}`, PAPER_LIGHT));
  context.textAlign = "left";
}

/** @param {Date} day */
function dayOf(day) {
  return `${day.getFullYear()}年${day.getMonth() + 1}月${day.getDate()}日`;
}
