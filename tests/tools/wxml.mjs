/**
 * Compiles templates of a mini-program with WeChat's own compiler, and prints a module with them.
 * Arguments: the folder of the mini-program, and the paths of its pages.
 */

import { readFileSync } from "node:fs";
import compiler from "glass-easel-template-compiler";

const [root, ...pages] = process.argv.slice(2);
const group = new compiler.TmplGroup();
/** glass-easel's compiler knows `bindtap` by its longer name. @param {string} page */
const templateOf = (page) => readFileSync(`${root}/${page}.wxml`, "utf8").replace(/\bbind(?=[a-z]+=)/g, "bind:");
for (const page of pages) group.addTmpl(page, templateOf(page));
console.log(`export const templates = ${group.getTmplGenObjectGroups()};`);
