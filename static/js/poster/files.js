/**
 * The poster and the animation as files.
 */

import { BASE_PATH } from "../shared/base-path.js";
import { HEIGHT, WIDTH } from "./style.js";

/** @param {string} svg @param {string} name Without the ending. */
export function svgFile(svg, name) {
  return new File([svg], `${name}.svg`, { type: "image/svg+xml" });
}

/** @param {string} svg @param {string} name Without the ending. @returns {Promise<File>} */
export async function pngFile(svg, name) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no canvas");
  context.drawImage(await pictureOf(svg), 0, 0, WIDTH, HEIGHT);
  const blob = await new Promise((give) => canvas.toBlob(give, "image/png"));
  if (!blob) throw new Error("the canvas gives no picture");
  return new File([blob], `${name}.png`, { type: "image/png" });
}

/** A poster that can be drawn onto a canvas. @param {string} svg @returns {Promise<HTMLImageElement>} */
export async function pictureOf(svg) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const picture = new Image(WIDTH, HEIGHT);
    picture.src = url;
    await picture.decode();
    return picture;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/**
 * The work writing itself, drawn by the service.
 * @param {string} id
 * @param {string} key Of a work that may not be public.
 * @param {string} name Without the ending.
 * @returns {Promise<File>}
 */
export async function animationFile(id, key, name) {
  const query = key && `?${new URLSearchParams({ key })}`;
  const answer = await fetch(`${BASE_PATH}/w/${encodeURIComponent(id)}/animation.gif${query}`);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return new File([await answer.blob()], `${name}.gif`, { type: "image/gif" });
}

/** @param {File} file */
export function save(file) {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** As a data URL. A long press can save it on every phone, unlike a blob URL. @param {File} file @returns {Promise<string>} */
export function dataUrl(file) {
  return new Promise((give, fail) => {
    const reader = new FileReader();
    reader.onload = () => give(String(reader.result));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(file);
  });
}
