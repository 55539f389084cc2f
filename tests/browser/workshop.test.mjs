// The policy workshop as people use it: checked while they write, and by keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, visitor } from "./browser.mjs";
import { start } from "./demo.mjs";
import { signIn } from "./pages.mjs";

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([start(undefined, "200"), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const site = () => `${demo.console}/ridgeline-bikes`;

const visit = async (options) => {
  const { context, page } = await visitor(browser, options);
  await signIn(page, demo);
  return { context, page };
};

/** Presses Tab until the element has the focus. */
const tabTo = async (page, locator) => {
  for (let presses = 0; presses < 300; presses++) {
    if (await locator.evaluate((it) => it === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no way by keyboard to ${locator}`);
};

const throwAway = async (page) => {
  await page.goto(`${site()}/policy/review`);
  const button = page.getByRole("button", { name: "Throw the draft away" });
  if (await button.count()) await Promise.all([page.waitForURL(/\/policy$/), button.click()]);
};

test("a mistake is told while it is written, and its place moves the cursor", async () => {
  const { context, page } = await visit();
  await page.goto(`${site()}/policy/edit`);
  const text = page.locator("#source");
  const before = await text.inputValue();
  assert.match(await page.locator(".verdict").textContent(), /^No mistakes/);
  const numbers = page.locator("[data-gutter]");
  const lines = before.split("\n").length;
  assert.equal((await numbers.textContent()).trim().split("\n").length, lines);

  // Somebody types, wherever a character that is two units of UTF-16 stands before it.
  const at = before.indexOf("with us\n");
  await text.evaluate((it, at) => { it.focus(); it.setSelectionRange(at + 7, at + 7); }, at);
  await page.keyboard.type("s \"𝄞\" x\n");
  const place = page.locator(".problems a[data-line]").filter({ hasText: /column 8/ }).first();
  await place.waitFor();
  assert.match(await page.locator(".foot [data-check-verdict]").textContent(), /mistakes? to mend before publishing/);
  assert.equal((await numbers.textContent()).trim().split("\n").length, lines + 1);
  await place.click();
  const selected = () => text.evaluate((it) => it.value.slice(it.selectionStart, it.selectionEnd));
  assert.equal(await selected(), "uss");
  assert.equal(await text.evaluate((it) => it === document.activeElement), true);
  await page.locator(".problems a[data-line]").filter({ hasText: /column 16/ }).first().click();
  assert.equal(await selected(), "x");

  // Looking is not keeping.
  await page.goto(`${site()}/policy/review`);
  await page.getByRole("heading", { name: "There is no draft to compare." }).waitFor();
  assert.deepEqual(page.mistakes, []);
  await context.close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a purpose is changed and compared by keyboard alone (scripts: ${javaScriptEnabled})`, async () => {
    const { context, page } = await visit({ javaScriptEnabled });
    await page.goto(`${site()}/policy/form`);
    await tabTo(page, page.getByRole("link", { name: "follow-up-email" }));
    await Promise.all([page.waitForURL(/\/purpose\/follow-up-email$/), page.keyboard.press("Enter")]);
    await tabTo(page, page.getByRole("group", { name: "Where it shows" }).getByRole("checkbox", { name: "post" }));
    await page.keyboard.press("Space");
    await tabTo(page, page.getByRole("group", { name: "How long the data is kept" }).getByLabel("Number"));
    await page.keyboard.press("Control+A");
    await page.keyboard.type("6");
    // Enter in a field would do the same; the button says what it does.
    await tabTo(page, page.getByRole("button", { name: "Save in the draft" }));
    await Promise.all([page.waitForURL(/\/policy\/form/), page.keyboard.press("Enter")]);
    await tabTo(page, page.getByRole("link", { name: "Compare it with the policy" }));
    await Promise.all([page.waitForURL(/\/policy\/review$/), page.keyboard.press("Enter")]);
    const changes = page.locator(".changes");
    assert.match(await changes.textContent(), /Widened: channel/);
    assert.match(await changes.textContent(), /Narrowed: keep/);
    const added = await page.locator(".sides ins").allTextContents();
    assert.deepEqual(added.map((it) => it.trim()), ["on email post", "keep 6 months after last-order"]);
    await throwAway(page);
    await context.close();
  });
}

test("without scripts, a text is checked by its button", async () => {
  const { context, page } = await visit({ javaScriptEnabled: false });
  await page.goto(`${site()}/policy/edit`);
  const text = page.locator("#source");
  await text.fill((await text.inputValue()).replace("basis contract", "basis contrct"));
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByRole("heading", { name: "This draft has one mistake to mend." }).waitFor();
  assert.match(await page.locator(".excerpt").first().textContent(), /basis contrct\n +\^{7}/);
  assert.match(await text.inputValue(), /basis contrct/);
  await context.close();
});
