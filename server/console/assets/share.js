// Draws the QR code of an address, as a picture to save, and copies texts.

import { correction, generate } from "./lean-qr.js";

const MARGIN = 4;

/** @param {string} address */
function drawing(address) {
  const code = generate(address, { minCorrectionLevel: correction.M });
  let path = "";
  for (let y = 0; y < code.size; y += 1)
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  const side = code.size + 2 * MARGIN;
  const box = `${-MARGIN} ${-MARGIN} ${side} ${side}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${8 * side}" height="${8 * side}"><path fill="#fff" d="M${-MARGIN} ${-MARGIN}h${side}v${side}h${-side}z"/><path d="${path}"/></svg>`;
}

for (const picture of document.querySelectorAll("img[data-qr]")) {
  picture.src = `data:image/svg+xml,${encodeURIComponent(drawing(picture.dataset.qr))}`;
  const save = picture.closest("figure").querySelector("a");
  save.href = picture.src;
  picture.closest("figure").hidden = false;
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.copied;
  });
}
