#!/usr/bin/env node
/**
 * Fails when imports between the project's JavaScript modules form a cycle, or when a module that
 * is imported does not exist. It counts static imports, `import()` and types in JSDoc comments. A
 * folder directly in one of `ROOTS` counts as one node, too, so folders form no cycle either.
 *
 *     node scripts/import-cycles.mjs [PROJECT]
 */

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), ".."));
const ROOTS = ["client/js", "client/miniprogram", "static/js"];
/** `client/miniprogram/copy-core` copies the shared modules into this folder. */
const COPIES = "client/miniprogram/jielong/";
const IMPORT = /\b(?:from|import)\s*\(?\s*(["'`])(\.{1,2}\/[^"'`]+)\1/g;

/** @typedef {Map<string, Set<string>>} Graph */

/** @returns {string[]} The project's modules, as paths below the project. */
function modules() {
  return ROOTS.filter((root) => existsSync(join(PROJECT, root)))
    .flatMap((root) => readdirSync(join(PROJECT, root), { recursive: true }).map((name) => join(root, String(name))))
    .filter((path) => path.endsWith(".js") && !path.startsWith(COPIES));
}

/** @param {string} path @param {string} specifier With `${…}` in a template. @returns {string[]} */
function targets(path, specifier) {
  const target = join(dirname(path), specifier).replace(COPIES, "");
  if (!target.includes("${")) return [target];
  const [start, end] = target.split(/\$\{.*\}/);
  const folder = dirname(`${start}x`);
  return readdirSync(join(PROJECT, folder))
    .map((name) => join(folder, name))
    .filter((name) => name.startsWith(start) && name.endsWith(end));
}

/** @param {string[]} paths @returns {Graph} */
function importsOf(paths) {
  const graph = new Map();
  for (const path of paths) {
    const text = readFileSync(join(PROJECT, path), "utf8");
    const found = [...text.matchAll(IMPORT)].flatMap(([, , specifier]) => targets(path, specifier));
    graph.set(path, new Set(found));
  }
  return graph;
}

/** The folder directly in a root, or the module when it is in none. @param {string} path */
function folderOf(path) {
  const root = ROOTS.find((name) => path.startsWith(`${name}/`)) ?? "";
  const [first, ...rest] = relative(root, path).split("/");
  return rest.length > 0 ? join(root, first) : path;
}

/** @param {Graph} graph @returns {Graph} */
function folders(graph) {
  const result = new Map();
  for (const [path, imported] of graph) {
    const folder = folderOf(path);
    const edges = result.get(folder) ?? new Set();
    for (const target of imported) if (folderOf(target) !== folder) edges.add(folderOf(target));
    result.set(folder, edges);
  }
  return result;
}

/** @param {Graph} graph @returns {string[][]} One path for each edge that closes a cycle. */
function cycles(graph) {
  /** @type {string[][]} */
  const found = [];
  const done = new Set();
  /** @param {string} node @param {string[]} path */
  const visit = (node, path) => {
    if (path.includes(node)) found.push([...path.slice(path.indexOf(node)), node]);
    else if (!done.has(node)) {
      for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
      done.add(node);
    }
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

const graph = importsOf(modules());
const missing = [...graph].flatMap(([path, imported]) =>
  [...imported].filter((target) => !existsSync(join(PROJECT, target))).map((target) => `${path} imports ${target}, which does not exist`));
const circular = [...cycles(graph), ...cycles(folders(graph))].map((cycle) => `cycle: ${cycle.join(" -> ")}`);
const problems = [...missing, ...circular];
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${graph.size} modules, no import cycle`);
process.exitCode = problems.length > 0 ? 1 : 0;
