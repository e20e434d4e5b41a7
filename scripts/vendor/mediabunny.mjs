#!/usr/bin/env node
/**
 * Makes static/vendor/mediabunny/mediabunny.js of the published package. The whole library has 1.3 MB;
 * the page uses what writes films, and esbuild leaves out the rest.
 *
 *     npm ci --prefix scripts/vendor --ignore-scripts && node scripts/vendor/mediabunny.mjs
 */

import { copyFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const PROJECT = resolve(HERE, "../..");
const PACKAGE = join(HERE, "node_modules/mediabunny");
const TARGET = join(PROJECT, "static/vendor/mediabunny");

const USED = ["BufferTarget", "EncodedPacket", "EncodedVideoPacketSource", "Mp4OutputFormat", "Output", "WebMOutputFormat"];

const { buildSync } = createRequire(join(PROJECT, "scripts/bundle/package.json"))("esbuild");
const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));

buildSync({
  stdin: { contents: `export { ${USED.join(", ")} } from "mediabunny";`, resolveDir: HERE },
  outfile: join(TARGET, "mediabunny.js"),
  banner: { js: `/*! A part of mediabunny ${version}, MPL-2.0; its source: https://github.com/Vanilagy/mediabunny */` },
  bundle: true,
  charset: "utf8",
  format: "esm",
  legalComments: "none",
  minify: true,
  platform: "browser",
  // Whoever has no WebCodecs does not load it, and those who have it run this.
  target: ["chrome94", "edge94", "firefox130", "safari16.4"],
});
copyFileSync(join(PACKAGE, "LICENSE"), join(TARGET, "LICENSE"));
