// Every page that people see: add one line here, and axe looks at it in both widths and colours.
// `url` is what to open, `before` what to do first with a fresh visitor; without `url`, what that
// left on the screen is looked at. `status` is what is answered, if not 200.

/** Answers the question of a page, without scripts of ours. */
export const answer = async (page, name) => {
  const button = page.locator(".hs-ask").getByRole("button", { name, exact: true });
  await button.click();
  await page.locator(".hs-said, .hs-line").first().waitFor();
};

const agree = async (page, { shop }) => {
  await page.goto(`${shop}/c/mountain`);
  await answer(page, "Yes, you may");
};

const refuse = async (page, { shop }) => {
  await page.goto(`${shop}/c/mountain`);
  await answer(page, "No, thank you");
};

const look = async (page, demo) => {
  await agree(page, demo);
  await page.goto(`${demo.shop}/p/water-bottle-30-oz`);
};

const fill = async (page, { shop }) => {
  await page.goto(`${shop}/p/mountain-200-black`);
  await page.getByRole("button", { name: "Put into the basket" }).click();
};

export const order = async (page, demo, customer) => {
  await fill(page, demo);
  await page.goto(`${demo.shop}/checkout`);
  await page.getByLabel("Customer number").fill(customer);
  await page.getByRole("button", { name: "Order" }).click();
  await page.getByRole("heading", { name: "Thank you for your order" }).waitFor();
};

/** Signs in at the console as the demo's own user. */
export const signIn = async (page, demo) => {
  await page.goto(`${demo.console}/sign-in`);
  await page.getByLabel("Name").fill("demo");
  await page.getByLabel("Password").fill(demo.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
};

/** A page of the console, of the demo's site. */
const consoles = (name, path) => ({
  name: `console: ${name}`, before: signIn, url: (demo) => `${demo.console}/ridgeline-bikes${path}`,
});

/** The first that a list of the console leads to. */
const first = (list, link) => async (page, demo) => {
  await signIn(page, demo);
  await page.goto(`${demo.console}/ridgeline-bikes${list}`);
  await page.locator(link).first().click();
  await page.waitForLoadState();
};

/** Keeps recommendations longer in the draft, and looks at it. */
const draft = (path) => async (page, demo) => {
  await signIn(page, demo);
  const site = `${demo.console}/ridgeline-bikes/policy`;
  await page.goto(`${site}/purpose/show-recommendations`);
  await page.getByRole("group", { name: "How long the data is kept" }).getByLabel("Number").fill("20");
  await page.getByRole("button", { name: "Save in the draft" }).click();
  await page.waitForURL(/\/policy\/form/);
  await page.goto(site + path);
};

/** What a form says that makes no purpose. */
const mistaken = async (page, demo) => {
  await signIn(page, demo);
  await page.goto(`${demo.console}/ridgeline-bikes/policy/purposes`);
  await page.getByRole("button", { name: "Add it to the draft" }).click();
  await page.getByRole("alert").waitFor();
};

/** What the live check says of a mistake. */
const written = async (page, demo) => {
  await draft("/edit")(page, demo);
  const text = page.locator("#source");
  await text.fill((await text.inputValue()).replace("basis contract", "basis contrct"));
  await page.getByText("1 mistake to mend before publishing").first().waitFor();
};

/** Where one of the people stands whom an incident affected. */
const ofAnIncident = async (page, demo) => {
  await first("/promises", "main a[href*='/promises/']")(page, demo);
  await page.locator("main a[href*='/people/']").first().click();
  await page.waitForURL(/\/people\/p_/);
};

export const PAGES = [
  { name: "home", url: ({ shop }) => `${shop}/` },
  { name: "category with its question", url: ({ shop }) => `${shop}/c/mountain` },
  { name: "accessories", url: ({ shop }) => `${shop}/c/accessories` },
  { name: "clothing", url: ({ shop }) => `${shop}/c/clothing` },
  { name: "product", url: ({ shop }) => `${shop}/p/touring-1000-blue` },
  { name: "empty basket", url: ({ shop }) => `${shop}/basket` },
  { name: "basket", before: fill, url: ({ shop }) => `${shop}/basket` },
  { name: "checkout", before: fill, url: ({ shop }) => `${shop}/checkout` },
  { name: "sign in", url: ({ shop }) => `${shop}/sign-in` },
  { name: "no such page", status: 404, url: ({ shop }) => `${shop}/p/unicycle` },
  { name: "thanks for a yes", before: agree },
  { name: "a no that is kept to", before: refuse },
  { name: "chosen for somebody", before: look, url: ({ shop }) => `${shop}/c/mountain` },
  { name: "thanks for an order", before: (page, demo) => order(page, demo, "990001"), url: ({ shop }) => `${shop}/thanks` },
  { name: "my deal of somebody unknown", url: ({ shop }) => `${shop}/my-deal` },
  { name: "my deal", before: agree, url: ({ shop }) => `${shop}/my-deal` },
  { name: "policy", url: ({ shop }) => `${shop}/policy` },
  { name: "policy history", url: ({ shop }) => `${shop}/policy/history` },
  { name: "policy as it was at a version", url: ({ shop }) => `${shop}/policy/1` },
  { name: "console: sign in", url: (demo) => `${demo.console}/sign-in` },
  consoles("today", "/"),
  consoles("policy", "/policy"),
  consoles("the policy file", "/policy/edit"),
  { name: "console: the policy file with a mistake", before: written },
  consoles("the policy by form", "/policy/form"),
  consoles("a purpose", "/policy/purpose/show-recommendations"),
  consoles("a new purpose", "/policy/purposes"),
  { name: "console: a purpose that is none", before: mistaken },
  consoles("a promise", "/policy/promise/1"),
  consoles("a new promise", "/policy/promises"),
  { name: "console: draft and policy compared", before: draft("/review") },
  consoles("two versions compared", "/policy/compare?from=1&to=1"),
  consoles("asking", "/asking"),
  consoles("promises", "/promises"),
  consoles("waivers", "/waivers"),
  consoles("money", "/money"),
  consoles("people", "/people"),
  consoles("evidence", "/evidence"),
  { name: "console: an incident", before: first("/promises", "main a[href*='/promises/']") },
  { name: "console: a person", before: ofAnIncident },
];
