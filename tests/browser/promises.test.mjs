// The loop that people see: asked, agreed, served, taken back; with scripts and without.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { cookies, launch, visitor } from "./browser.mjs";
import { asServer, bytesBelow, directory, event, said, start } from "./demo.mjs";
import { answer, order } from "./pages.mjs";

let demo;
let browser;
before(async () => { [demo, browser] = await Promise.all([start(), launch()]); });
after(async () => { await browser?.close(); await demo?.stop(); });

const chosen = (page) => page.getByRole("heading", { name: "Chosen for you" });
const question = (page) => page.locator(".hs-ask .hs-question");

/** Who the browser is to Handshake: a person's id, or nothing. */
const person = (page) => page.evaluate(async () => {
  const key = document.querySelector('meta[name="handshake-key"]').content;
  const response = await fetch("/v1/permissions", { method: "POST", body: JSON.stringify({ key }) });
  return response.ok ? (await response.json()).person : undefined;
});

test("the question names what is on the page, and yes and no weigh the same", async () => {
  const { context, page } = await visitor(browser);
  await page.goto(`${demo.shop}/c/road`);
  assert.match(await question(page).textContent(), /your interest in road bikes/);
  const boxes = [];
  for (const name of ["Yes, you may", "No, thank you"]) {
    const button = page.locator(".hs-ask").getByRole("button", { name });
    const { width, height } = await button.boundingBox();
    const looks = await button.evaluate((it) => {
      const { color, backgroundColor, fontSize, fontWeight, borderColor } = getComputedStyle(it);
      return { color, backgroundColor, fontSize, fontWeight, borderColor };
    });
    assert.ok(height >= 44, `${height}`);
    boxes.push({ width, height, ...looks });
  }
  assert.deepEqual(boxes[0], boxes[1]);
  assert.deepEqual(page.mistakes, []);
  await context.close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a no leaves no person, on the device or in the ledger (scripts: ${javaScriptEnabled})`, async () => {
    // A shop of its own, so that nobody else adds people to its ledger.
    const data = directory();
    let own = await start(data, "200");
    await own.stop();
    const people = () => said(data, "report").people;
    const earlier = people();
    own = await start(data, "200");
    const { context, page } = await visitor(browser, { javaScriptEnabled });
    await page.goto(`${own.shop}/c/mountain`);
    await page.locator(".hs-ask").getByRole("button", { name: "No, thank you" }).click();
    if (javaScriptEnabled) await page.locator(".hs-line").waitFor();
    for (const path of ["/c/mountain", "/p/mountain-200-black", "/c/road", "/"]) {
      await page.goto(own.shop + path);
      assert.equal(await chosen(page).count(), 0, path);
    }
    await page.goto(`${own.shop}/c/mountain`);
    assert.equal(await question(page).count(), 0, "it asked again");
    const kept = await cookies(context);
    assert.equal(kept.hs_person, undefined);
    assert.match(kept.hs_no, /^show-recommendations:\d+$/);
    const known = Object.keys(kept).sort().filter((it) => it !== "hs_asked");
    assert.deepEqual(known, ["hs_no"]);
    await context.close();
    await own.stop();
    assert.equal(people(), earlier, "somebody became known");
    const given = said(data, "report").asks.filter((it) => it.purpose === "show-recommendations");
    assert.equal(given.find((it) => !it.simulated)?.refused, 1, "the answer itself is counted");
    const needle = Buffer.from(kept.hs_no);
    assert.ok(bytesBelow(data).every((it) => !it.includes(needle)), "the device's no is in the ledger");
  });
}

test("a yes: chosen and explained; taken back on my deal: gone on the next request", async () => {
  const { context, page } = await visitor(browser);
  await page.goto(`${demo.shop}/c/mountain`);
  await answer(page, "Yes, you may");
  assert.ok((await cookies(context)).hs_person);
  await page.goto(`${demo.shop}/p/mountain-200-black`);
  await page.goto(`${demo.shop}/p/water-bottle-30-oz`);
  await page.goto(`${demo.shop}/c/mountain`);
  await chosen(page).waitFor();
  const why = await page.locator("#chosen .because summary").allTextContents();
  assert.ok(why.length > 0 && why.every((it) => it.trim() !== ""), `${why}`);
  assert.match(why.join("\n"), /^Because you looked at /m);

  await page.goto(`${demo.shop}/my-deal`);
  await page.getByRole("button", { name: /take (this|it) back/i }).first().click();
  await page.waitForLoadState("networkidle");
  await page.goto(`${demo.shop}/c/mountain`);
  assert.equal(await chosen(page).count(), 0);
  assert.deepEqual(page.mistakes, []);
  await context.close();
});

test("without scripts: asked, agreed, thanked, taken back", async () => {
  const { context, page } = await visitor(browser, { javaScriptEnabled: false });
  await page.goto(`${demo.shop}/c/touring`);
  await page.locator(".hs-ask").getByRole("button", { name: "Yes, you may" }).click();
  assert.equal(new URL(page.url()).pathname, "/c/touring", "back on the page");
  await page.getByRole("heading", { name: "Thank you. You said yes." }).waitFor();
  await page.getByRole("button", { name: "Take it back" }).click();
  assert.equal(new URL(page.url()).pathname, "/c/touring", "back on the page");
  assert.equal(await page.getByRole("button", { name: "Take it back" }).count(), 0);
  assert.equal(await chosen(page).count(), 0);
  await context.close();
});

test("without scripts: my deal takes it back too", async () => {
  const { context, page } = await visitor(browser, { javaScriptEnabled: false });
  await page.goto(`${demo.shop}/c/touring`);
  await page.locator(".hs-ask").getByRole("button", { name: "Yes, you may" }).click();
  await page.goto(`${demo.shop}/my-deal`);
  await page.getByRole("button", { name: /take (this|it) back/i }).first().click();
  await page.goto(`${demo.shop}/c/touring`);
  assert.equal(await page.getByRole("heading", { name: "Thank you. You said yes." }).count(), 0);
  assert.equal(await chosen(page).count(), 0);
  await context.close();
});

test("Global Privacy Control: not asked for retargeting, and the verdict says so", async () => {
  const extraHTTPHeaders = { "Sec-GPC": "1" };
  const { context, page } = await visitor(browser, { extraHTTPHeaders });
  await order(page, demo, "990002");
  const follows = page.locator(".follows dd");
  assert.match(await follows.nth(1).textContent(), /promised never to|your browser asks/);
  // Whatever is asked here, it is not that; and the door says the same.
  await page.goto(`${demo.shop}/thanks`);
  assert.doesNotMatch(await page.locator("main").textContent(), /May we show you our bikes on other websites/);
  const ask = (purpose) => page.evaluate(async (purpose) => {
    const key = document.querySelector('meta[name="handshake-key"]').content;
    const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify({ key, ...body }) });
    const { token } = await (await post("/v1/visit", {})).json();
    return (await post("/v1/ask", { token, purpose })).status;
  }, purpose);
  assert.equal(await ask("retarget"), 204);
  assert.equal(await ask("show-recommendations"), 200);
  const decided = await asServer(demo, "/v1/decide", {
    event: event(), person: await person(page), act: "share", purpose: "retarget",
    data: ["device.ad-id"], recipient: "velo-exchange", channel: "ads", signals: { gpc: "1" },
  });
  assert.deepEqual([decided.verdict, decided.advice], ["not_allowed", "withhold"]);
  assert.ok(decided.reasons.some((it) => it.clause === "gpc" || it.fact.includes("gpc")), JSON.stringify(decided.reasons));
  await context.close();

  const other = await visitor(browser);
  await other.page.goto(`${demo.shop}/`);
  await order(other.page, demo, "990003");
  assert.match(await other.page.locator(".follows dd").nth(1).textContent(), /you have not allowed it/);
  await other.context.close();
});

test("by keyboard alone; Esc is never a yes", async () => {
  const { context, page } = await visitor(browser);
  const reach = async (name) => {
    for (let steps = 0; steps < 80; steps++) {
      await page.keyboard.press("Tab");
      const here = await page.evaluate(() => document.activeElement.textContent.trim());
      if (here === name) return;
    }
    assert.fail(`no way to "${name}" by Tab`);
  };
  await page.goto(`${demo.shop}/c/mountain`);
  await reach("Skip to the page");
  await page.goto(`${demo.shop}/c/mountain`);
  await reach("Yes, you may");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
  assert.equal(outline, "3px");
  await page.keyboard.press("Escape");
  await page.goto(`${demo.shop}/c/mountain`);
  assert.equal((await cookies(context)).hs_person, undefined, "Esc was taken for a yes");
  await reach("Yes, you may");
  await page.keyboard.press("Enter");
  await page.locator(".hs-said").waitFor();
  assert.ok((await cookies(context)).hs_person);
  await reach("Take it back");
  await page.keyboard.press("Space");
  await page.locator(".hs-line").waitFor();
  await page.goto(`${demo.shop}/c/mountain`);
  assert.equal(await chosen(page).count(), 0);

  // The rest of the way through the shop.
  await page.goto(`${demo.shop}/p/water-bottle-30-oz`);
  await reach("Put into the basket");
  await page.keyboard.press("Space");
  await page.getByRole("heading", { name: "Your basket" }).waitFor();
  await reach("Go to the checkout");
  await page.keyboard.press("Enter");
  await page.getByLabel("Customer number").focus();
  await page.keyboard.type("990004");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Thank you for your order" }).waitFor();
  assert.deepEqual(page.mistakes, []);
  await context.close();
});

test("signing in is known again, and signing out forgets", async () => {
  const { context, page } = await visitor(browser);
  await page.goto(`${demo.shop}/sign-in`);
  await page.getByLabel("Customer number").fill("990005");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Signed in" }).waitFor();
  assert.ok((await cookies(context)).hs_person);
  await page.goto(`${demo.shop}/sign-in`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  assert.deepEqual(await cookies(context), {});
  await context.close();
});
