/**
 * The files that the bundle is made from, and one hash of all of them: a bundle that names another
 * one is stale.
 */

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const SOURCES = [
  "client/js",
  "scripts/bundle/bundle.mjs",
  "scripts/bundle/package-lock.json",
  "static/css",
  "static/fonts",
  "static/icons",
  "static/js",
  "static/pages/pages.json",
  "static/paper.svg",
  "static/vendor",
];

/** Beside the sources: what describes them to people and to tools. */
const DESCRIPTION = /^client\/js\/examples\/|(?:\.md|\/package\.json|\/tsconfig[\w.]*\.json)$/;

/** @param {string} project @param {string} path @returns {string[]} */
function filesOf(project, path) {
  if (!statSync(join(project, path)).isDirectory()) return DESCRIPTION.test(path) ? [] : [path];
  return readdirSync(join(project, path)).flatMap((name) => filesOf(project, `${path}/${name}`));
}

/** @param {string} project Its folder. @returns {string} In hexadecimal. */
export function hashOfSources(project) {
  const whole = createHash("sha256");
  for (const path of SOURCES.flatMap((source) => filesOf(project, source)).sort()) {
    const content = createHash("sha256").update(readFileSync(join(project, path)));
    whole.update(`${path} ${content.digest("hex")}\n`);
  }
  return whole.digest("hex");
}
