/**
 * The poster of a finished work as an SVG document of 1080 by 1440, pure. It has no style sheet and
 * loads nothing, so that it looks the same when it is saved.
 */

import { directionOf } from "../../../client/js/direction.js";
import { columnOf } from "../../../client/js/grid.js";
import { GRID } from "../../../client/js/protocol.js";
import { outline } from "../shared/outline.js";
import { CINNABAR, HEIGHT, INK, INK_SOFT, KAI, PAPER, PAPER_LIGHT, SONG, WIDTH } from "./style.js";

/** The area of the characters. */
const ART = { top: 172, bottom: 1080, left: 108, right: 972 };
/** The letters of a word stay on one line and may use more width. */
const WORD_WIDTH = 944;
const LARGEST_CELL = 440;
const FOOT = 1136;
const QR_SIDE = 184;
/** The white margin that scanners of the code need. */
const QR_EDGE = 12;
const QR_LEFT = ART.right - QR_EDGE - QR_SIDE;
const SEAL_SIDE = 84;
const FIBRES = 130;
const FIRST_HAND_LINE = 60;

/**
 * @typedef {Object} PosterContent
 * @property {string} id The work's; also the seed of the paper's fibres.
 * @property {string} text
 * @property {string} locale Of the phrase.
 * @property {number[][][]} chars The strokes of each character.
 * @property {string} title The campaign's.
 * @property {string} line The line beside the title.
 * @property {string} hands
 * @property {string} date
 * @property {string} scan The text under the code.
 * @property {string} seal The content of the seal's `<svg>`, in a box of 512 by 512.
 * @property {import("../shared/qr-code.js").QrCode} code
 */

/** @param {PosterContent} content @returns {string} */
export function drawPoster(content) {
  const { text, title, line, id, seal } = content;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    `<title>${escape(text)}</title>`,
    `<radialGradient id="light" cx=".5" cy=".34" r=".8"><stop stop-color="${PAPER_LIGHT}"/><stop offset="1" stop-color="${PAPER}"/></radialGradient>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="url(#light)"/>`,
    fibres(id),
    `<path fill="none" stroke="${CINNABAR}" stroke-width="2" opacity=".55" d="M40 40H1040V1400H40Z"/>`,
    `<path fill="none" stroke="${CINNABAR}" stroke-width="1" opacity=".4" d="M50 50H1030V1390H50Z"/>`,
    textAt(ART.left, 116, title, { size: 34, face: KAI, spacing: 8, weight: 600 }),
    textAt(ART.right, 114, line, { size: 24, fill: INK_SOFT, spacing: 3, anchor: "end" }),
    art(content),
    `<path stroke="${INK}" stroke-width="1" opacity=".22" d="M${ART.left} ${FOOT - 28}H${ART.right}"/>`,
    foot(content),
    `<svg x="${QR_LEFT - QR_EDGE - 24 - SEAL_SIDE}" y="${FOOT + QR_SIDE - SEAL_SIDE}" width="${SEAL_SIDE}" height="${SEAL_SIDE}" viewBox="0 0 512 512">${seal}</svg>`,
    "</svg>",
  ].join("");
}

/** @param {PosterContent} content */
function art(content) {
  const cells = cellsOf(content);
  return content.chars.map((strokes, i) => character(strokes, cells[i].x, cells[i].y, cells[i].side)).join("");
}

/**
 * Where each character stands on the poster.
 * @param {Pick<PosterContent, "text" | "chars" | "locale">} content
 * @returns {{x: number, y: number, side: number}[]}
 */
export function cellsOf({ text, chars, locale }) {
  const isWord = !/^(zh|ja|ko)/.test(locale);
  const columns = isWord ? chars.length : chars.length < 4 ? 1 : 2;
  const rows = Math.ceil(chars.length / columns);
  const width = isWord ? WORD_WIDTH : ART.right - ART.left;
  const side = Math.min(LARGEST_CELL, width / columns, (ART.bottom - ART.top) / rows);
  const left = (WIDTH - columns * side) / 2;
  const top = ART.top + (ART.bottom - ART.top - rows * side) / 2;
  return chars.map((_, i) => ({
    x: left + columnOf(i, columns, directionOf({ text })) * side,
    y: top + Math.floor(i / columns) * side,
    side,
  }));
}

/** @param {number[][]} strokes @param {number} x @param {number} y @param {number} size */
function character(strokes, x, y, size) {
  const ink = strokes.map((stroke) => outline(stroke)).join("");
  return [
    `<svg x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${size.toFixed(1)}" height="${size.toFixed(1)}" viewBox="0 0 ${GRID + 1} ${GRID + 1}">`,
    `<g fill="none" stroke="${CINNABAR}" stroke-width="10"><path opacity=".42" d="M5 5H4091V4091H5Z"/>`,
    `<path opacity=".2" stroke-dasharray="80 60" d="M2048 0V4096M0 2048H4096"/>`,
    `<path opacity=".17" stroke-dasharray="36 80" d="M0 0L4096 4096M4096 0L0 4096"/></g>`,
    `<path fill="${INK}" d="${ink}"/></svg>`,
  ].join("");
}

/** @param {PosterContent} content */
function foot({ text, hands, date, scan, code }) {
  const long = width(text) > 7;
  const small = width(hands) > 19;
  // Space between them would break joined letters, e.g. Arabic ones.
  const spacing = directionOf({ text }) === "rtl" ? 0 : long ? 4 : 12;
  return [
    textAt(ART.left, FOOT + FIRST_HAND_LINE, text, { size: long ? 46 : 62, face: KAI, spacing, weight: 600 }),
    textAt(ART.left + 2, FOOT + 122, hands, { size: small ? 23 : 27, spacing: 1, fill: INK_SOFT }),
    textAt(ART.left + 2, FOOT + 172, date, { size: 24, spacing: 1, fill: INK_SOFT }),
    `<rect x="${QR_LEFT - QR_EDGE}" y="${FOOT + 4 - QR_EDGE}" width="${QR_SIDE + 2 * QR_EDGE}" height="${QR_SIDE + 2 * QR_EDGE}" rx="8" fill="#fffdf7"/>`,
    `<svg x="${QR_LEFT}" y="${FOOT + 4}" width="${QR_SIDE}" height="${QR_SIDE}" viewBox="0 0 ${code.side} ${code.side}" shape-rendering="crispEdges"><path fill="${INK}" d="${code.path}"/></svg>`,
    textAt(QR_LEFT + QR_SIDE / 2, FOOT + QR_SIDE + 46, scan, { size: 18, spacing: 1, fill: INK_SOFT, anchor: "middle" }),
  ].join("");
}

/**
 * @param {number} x
 * @param {number} y Of the base line.
 * @param {string} what
 * @param {{size: number, face?: string, fill?: string, spacing?: number, weight?: number, anchor?: string}} look
 */
function textAt(x, y, what, { size, face = SONG, fill = INK, spacing = 0, weight = 400, anchor = "start" }) {
  return `<text x="${x}" y="${y}" font-family="${face}" font-size="${size}" font-weight="${weight}" letter-spacing="${spacing}" text-anchor="${anchor}" fill="${fill}">${escape(what)}</text>`;
}

/** The width in full-width characters. @param {string} what */
function width(what) {
  return [...what].reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e80 ? 1 : 0.55), 0);
}

/** The fibres of the paper, different for each work. @param {string} id */
function fibres(id) {
  const random = generator(id);
  const paths = [];
  for (let i = 0; i < FIBRES; i += 1) {
    const [x, y] = [random() * WIDTH, random() * HEIGHT];
    const turn = random() * Math.PI * 2;
    const length = 14 + random() * 46;
    const bend = (random() - 0.5) * 26;
    const [dx, dy] = [Math.cos(turn) * length, Math.sin(turn) * length];
    paths.push(`M${x.toFixed(0)} ${y.toFixed(0)}q${(dx / 2 - dy * bend * 0.02).toFixed(1)} ${(dy / 2 + dx * bend * 0.02).toFixed(1)} ${dx.toFixed(1)} ${dy.toFixed(1)}`);
  }
  return `<path fill="none" stroke="#8a6a3c" stroke-width="1.1" stroke-linecap="round" opacity=".16" d="${paths.join("")}"/>`;
}

/** Random numbers in 0..1, the same for the same seed (mulberry32). @param {string} seed */
function generator(seed) {
  let state = [...seed].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) | 0, 7);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {string} what */
function escape(what) {
  return what.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
