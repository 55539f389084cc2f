// Nothing on any page is in the way of anybody, as far as axe can tell: both widths, both colours.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { launch, visitor } from "./browser.mjs";
import { start } from "./demo.mjs";
import { PAGES } from "./pages.mjs";

const AXE = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const WIDTHS = [1280, 390];
const COLOURS = ["light", "dark"];

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([start(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

for (const { name, url, before: first, status = 200 } of PAGES) {
  test(name, async () => {
    for (const width of WIDTHS) {
      for (const colorScheme of COLOURS) {
        const { context, page } = await visitor(browser, { viewport: { width, height: 900 }, colorScheme });
        await first?.(page, demo);
        if (url) {
          const response = await page.goto(url(demo));
          assert.equal(response.status(), status);
          assert.match(response.headers()["content-type"], /^text\/html/);
        }
        assert.deepEqual(page.mistakes, []);
        // Through the debugger, which no policy for content stops.
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const told = violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(", ")}`);
        assert.deepEqual(told, [], `${width} px, ${colorScheme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.equal(wide, false, `it scrolls sideways at ${width} px`);
        await context.close();
      }
    }
  });
}
