/**
 * A QR code as an SVG path.
 */

import { correction, generate } from "../../vendor/lean-qr/lean-qr.js";

/** @typedef {{side: number, path: string}} QrCode `path` draws the dark modules in a square of `side`. */

/** @param {string} address @returns {QrCode} */
export function qrCodeOf(address) {
  const code = generate(address, { minCorrectionLevel: correction.M });
  const parts = [];
  for (let y = 0; y < code.size; y += 1)
    for (let x = 0; x < code.size; x += 1) {
      let end = x;
      while (code.get(end, y)) end += 1;
      if (end === x) continue;
      parts.push(`M${x} ${y}h${end - x}v1h${x - end}z`);
      x = end;
    }
  return { side: code.size, path: parts.join("") };
}
