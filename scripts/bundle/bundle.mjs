#!/usr/bin/env node
/**
 * Makes what browsers load in production: `static/bundle`, with one script and one style sheet for
 * each page, chunks for what a page loads later, and the other files. Every name has the hash of
 * the content. `manifest.json` tells the service which file is which.
 *
 *     node scripts/bundle/bundle.mjs            makes the bundle
 *     node scripts/bundle/bundle.mjs --check    fails when it is older than its sources
 *
 * Rollup divides the scripts, because it can leave in a page's script what its chunks share with it;
 * esbuild makes chunks of their own of that, and the first visit would ask for a dozen. esbuild
 * bundles the style sheets and makes everything small.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hashOfSources } from "./sources.mjs";

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const STATIC = join(PROJECT, "static");
const BUNDLE = join(STATIC, "bundle");
const MANIFEST = join(BUNDLE, "manifest.json");
const ENTRY = "\0page:";

/** They run the sources as they are; nothing newer may be made of them. */
const TARGETS = ["chrome94", "edge94", "firefox93", "safari15.4"];

const OTHER_FILES = ["icons"];

/** Chunks that few visitors ask for and that are big: no service worker keeps them ahead. */
const ON_DEMAND = new Set(["film-encoder"]);

/** @param {string | Buffer} content @param {string} name */
function write(content, name) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const ending = extname(name);
  const hashed = `${basename(name, ending)}-${hash}${ending}`;
  writeFileSync(join(BUNDLE, hashed), content);
  return hashed;
}

/** One style sheet of several, in their order. @param {any} esbuild @param {string} page @param {string[]} names */
async function bundleStyles(esbuild, page, names) {
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: names.map((name) => `@import "./${name}.css";`).join("\n"),
      resolveDir: join(STATIC, "css"),
      loader: "css",
    },
    absWorkingDir: PROJECT,
    assetNames: "[name]-[hash]",
    bundle: true,
    charset: "utf8",
    legalComments: "none",
    loader: { ".svg": "dataurl", ".woff2": "file" },
    minify: true,
    outdir: BUNDLE,
    target: TARGETS,
    write: false,
  });
  let style = "";
  for (const { path, contents } of outputFiles) {
    if (path.endsWith(".css")) style = write(contents, `${page}.css`);
    else writeFileSync(path, contents);
  }
  return style;
}

/** The modules that a page starts with. @param {string} id @param {Set<string>} found */
function startedBy(id, getModuleInfo, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const imported of getModuleInfo(id).importedIds) startedBy(imported, getModuleInfo, found);
  return found;
}

/** A page's script and those of its chunks that are kept ahead. @returns {Promise<{script: string, chunks: string[]}>} */
async function bundleScripts(rollup, esbuild, page, entries, styles) {
  const minify = {
    name: "minify",
    async renderChunk(code) {
      const small = await esbuild.transform(code, { minify: true, target: TARGETS, format: "esm", legalComments: "inline", charset: "utf8" });
      return { code: small.code, map: null };
    },
  };
  const sources = {
    name: "sources",
    resolveId: (id) => (id.startsWith(ENTRY) ? id : null),
    load(id) {
      if (id.startsWith(ENTRY))
        return entries.map((name) => `import ${JSON.stringify(join(STATIC, "js", `${name}.js`))};`).join("\n");
      if (id === join(STATIC, "js/shared/style-url.js"))
        return `const STYLES = ${JSON.stringify(styles)};
export const styleUrl = (name) => new URL(STYLES[name], import.meta.url).href;`;
      return null;
    },
  };
  const build = await rollup({ input: { [page]: ENTRY + page }, plugins: [sources, minify], onwarn: fail });
  const { output } = await build.write({
    dir: BUNDLE,
    format: "es",
    entryFileNames: "[name]-[hash].js",
    chunkFileNames: "[name]-[hash].js",
    hashCharacters: "hex",
    manualChunks: (id, { getModuleInfo }) => (startedBy(ENTRY + page, getModuleInfo).has(id) ? page : null),
  });
  await build.close();
  const [{ fileName }, ...chunks] = output;
  const kept = chunks.filter(({ name }) => !ON_DEMAND.has(name));
  return { script: fileName, chunks: kept.map((chunk) => chunk.fileName).sort() };
}

/** @param {{message: string}} warning */
function fail({ message }) {
  throw new Error(message);
}

async function bundle() {
  const [esbuild, { rollup }] = await Promise.all([import("esbuild"), import("rollup")]);
  rmSync(BUNDLE, { recursive: true, force: true });
  mkdirSync(BUNDLE);
  /** A classic script that stands in documents. @param {string} name */
  const small = async (name) => {
    const source = readFileSync(join(STATIC, "js", `${name}.js`), "utf8");
    return (await esbuild.transform(source, { minify: true, target: "es5" })).code.trim();
  };
  const parts = JSON.parse(readFileSync(join(STATIC, "pages/pages.json"), "utf8"));
  /** @type {Record<string, string>} */
  const styles = {};
  for (const { later = [] } of Object.values(parts))
    for (const name of later) styles[name] = await bundleStyles(esbuild, name, [name]);
  /** @type {Record<string, {style: string, script: string, chunks: string[], inline: string[]}>} */
  const pages = {};
  for (const [page, { styles: sheets, scripts, inline: names }] of Object.entries(parts)) {
    const style = await bundleStyles(esbuild, page, sheets);
    const inline = await Promise.all(names.map(small));
    const bundled = scripts.length ? await bundleScripts(rollup, esbuild, page, scripts, styles) : { script: "", chunks: [] };
    pages[page] = { style, inline, ...bundled };
  }
  // Two addresses never change: that of the service worker, and that of the script for other sites.
  for (const [name, script] of [["service-worker.js", "js/service-worker.js"], ["embed.js", "js/embed/element.js"]]) {
    const source = readFileSync(join(STATIC, script), "utf8");
    writeFileSync(join(BUNDLE, name), (await esbuild.transform(source, { minify: true, target: TARGETS, charset: "utf8" })).code);
  }
  const files = {};
  for (const folder of OTHER_FILES)
    for (const name of readdirSync(join(STATIC, folder)).sort())
      files[`${folder}/${name}`] = write(readFileSync(join(STATIC, folder, name)), name);
  const later = Object.values(styles);
  const rest = writeRest([...later, ...pages.home.chunks, pages.offline.style, pages.offline.script, ...pages.offline.chunks]);
  const manifest = { sources: hashOfSources(PROJECT), pages, files, later, rest };
  writeFileSync(MANIFEST, `${JSON.stringify(manifest, null, 1)}\n`);
}

/**
 * All of these files in one: for a service worker, which keeps all of them, one request is cheaper
 * than thirty. It gives them to the page one by one.
 * @param {string[]} names Of files of the bundle.
 */
function writeRest(names) {
  const sorted = [...new Set(names)].sort();
  const contents = Object.fromEntries(sorted.map((name) => [name, readFileSync(join(BUNDLE, name), "utf8")]));
  return write(JSON.stringify(contents), "rest.json");
}

/** Whether the bundle was made from the sources as they are. */
function isFresh() {
  try {
    return JSON.parse(readFileSync(MANIFEST, "utf8")).sources === hashOfSources(PROJECT);
  } catch {
    return false;
  }
}

if (!process.argv.includes("--check")) await bundle();
else if (!isFresh()) {
  console.error("static/bundle is older than its sources; run: make assets");
  process.exitCode = 1;
}
