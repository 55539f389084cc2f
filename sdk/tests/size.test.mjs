// What a page loads stays small: measured as it is shipped, and compressed as servers do it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const CORE_MAX = 4096;
const ALL_MAX = 9 * 1024;

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const size = (text) => gzipSync(text, { level: 9 }).length;

test("the script and its style sheet are small", (t) => {
  const script = read("handshake.js");
  const [core, card] = script.split("// ---- The card ---");
  assert.ok(card, "the card's part begins at its own line");
  const all = size(script) + size(read("handshake.css"));
  t.diagnostic(`gzip -9: core ${size(core)} bytes, with asks and CSS ${all} bytes`);
  assert.ok(size(core) <= CORE_MAX, `core ${size(core)} bytes, at most ${CORE_MAX}`);
  assert.ok(all <= ALL_MAX, `script and CSS ${all} bytes, at most ${ALL_MAX}`);
});

test("nothing is imported, evaluated or put on the page's globals", () => {
  const script = read("handshake.js").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
  for (const word of [/\bimport\b/, /\beval\b/, /\bFunction\(/, /innerHTML/, /globalThis\.\w+ =/, /localStorage/]) {
    assert.doesNotMatch(script, word);
  }
});
