// Chromium as the system has it, one for all tests of a file, and a fresh profile for each.
import { chromium } from "playwright-core";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PATIENCE_MS = 10_000;

export const launch = () =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

/** A fresh visitor with a page. */
export const visitor = async (browser, options = {}) => {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  // A page that breaks its own rules for content, or throws, fails the test that opened it.
  page.mistakes = [];
  page.on("pageerror", (error) => page.mistakes.push(String(error)));
  page.on("console", (it) => {
    if (it.type() === "error" && /Content Security Policy/.test(it.text())) page.mistakes.push(it.text());
  });
  // So does one whose style or script is missing.
  page.on("response", (it) => {
    const needed = ["stylesheet", "script"].includes(it.request().resourceType());
    if (needed && it.status() >= 400) page.mistakes.push(`${it.status()} ${it.url()}`);
  });
  return { context, page };
};

/** The cookies of a visitor, by name. */
export const cookies = async (context) =>
  Object.fromEntries((await context.cookies()).map((it) => [it.name, it.value]));
