/**
 * Handshake in the page: asks, answers, and tells what happened. No dependencies.
 *
 *     import { handshake } from "/handshake.js";
 *     const hs = handshake({ key: "pk_…" });
 *     hs.ask(document.querySelector("[data-handshake-ask]"));
 *
 * What customers read comes from the server, so that it is the same with and without scripts.
 */

// Taken before other scripts of the page can put something else in their place.
const { document, location, navigator, crypto, fetch, setTimeout, clearTimeout, URL } = globalThis;
const { IntersectionObserver, DOMParser, CustomEvent } = globalThis;
const { trustedTypes } = /** @type {any} */ (globalThis);
const { parse, stringify } = JSON;
const now = Date.now;
const beacon = navigator?.sendBeacon?.bind(navigator);
/** Whether the browser itself made an event, for a person; a script cannot say so. */
const isTrusted = /** @type {() => boolean} */ (
  Object.getOwnPropertyDescriptor(new Event(""), "isTrusted")?.get
);

const VISIT_MS = 25 * 60_000;
const RETRY_MS = [500, 2_000, 8_000];
const BATCH_MS = 1_000;
const BATCH_MAX = 50;
const SEEN_MS = 1_000;

/** How far the server's clock is ahead of this browser's, as its last words tell. */
let ahead = 0;
const heed = (/** @type {number} */ server) => {
  if (server > 0) ahead = server - now();
};

/** A UUIDv7: the server's time in front, as near as we know it, and 74 random bits. */
export const eventId = (time = now() + ahead) => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let at = 0; at < 6; at++) bytes[at] = Math.floor(time / 2 ** (40 - 8 * at));
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

/** Whether sending the same again may help: no answer, a busy server, or one that ends. */
export const mayRetry = (/** @type {number} */ status) =>
  status === 0 || status === 408 || status === 429 || status >= 500;

/** A refusal of the server, with its slug: `token-expired`, `unknown-name`… */
export class HandshakeError extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem?.detail ?? "Handshake did not answer");
    this.status = status;
    this.slug = String(problem?.type ?? "").replace(/.*#/, "");
  }
}

/**
 * Sends, and sends the same again while nobody answers. What still waits when the page goes away
 * goes as a beacon: the event id inside makes both one.
 *
 * @param {string} base @param {(ms: number) => Promise<void>} sleep
 */
export const outbox = (base, sleep = (ms) => new Promise((done) => setTimeout(done, ms))) => {
  /** @type {Map<string, string>} */
  const waiting = new Map();
  const credentials = new URL(base || "/", location.href).origin === location.origin
    ? "same-origin"
    : "include";

  /** @param {string} path @param {Record<string, any>} body */
  const send = async (path, body) => {
    // Text, so that no preflight is needed; the very same bytes each time.
    const text = stringify(body);
    for (let tries = 0; ; tries++) {
      let status = 0;
      let answer;
      try {
        const response = await fetch(base + path, {
          method: "POST", body: text, credentials, keepalive: text.length < 60_000,
        });
        status = response.status;
        const said = await response.text();
        answer = said && parse(said);
      } catch {
        // No answer, or none that can be read: the same as none.
        answer = undefined;
      }
      if (200 <= status && status < 300) return answer || undefined;
      if (!mayRetry(status) || tries === RETRY_MS.length) throw new HandshakeError(status, answer);
      const isEvent = body.event || body.events;
      if (isEvent) waiting.set(text, path);
      await sleep(RETRY_MS[tries]);
      // Gone meanwhile, with a beacon.
      if (isEvent && !waiting.delete(text)) return undefined;
    }
  };
  /** The page goes away: nobody will read an answer. */
  const leave = () => {
    for (const [text, path] of waiting) if (beacon?.(base + path, text)) waiting.delete(text);
  };
  return { send, leave };
};

/** @param {import("./handshake").Options} options @returns {import("./handshake").Handshake} */
export const handshake = ({ key, base = "", language = document.documentElement.lang }) => {
  const { send, leave } = outbox(base);
  /** @type {string | undefined} Held by this page only, for where the cookie does not travel. */
  let person;
  /** @type {{ at: number, reply: Promise<any> } | undefined} */
  let visited;
  /** @type {Record<string, any>[]} */
  let batch = [];
  /** @type {((sent: Promise<any>) => void)[]} */
  let told = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<any[]> | undefined} */
  let permissions;

  const visit = () => {
    if (!visited || now() - visited.at > VISIT_MS) {
      const reply = send("/v1/visit", { key, token: person });
      visited = { at: now(), reply };
      permissions = reply.then((it) => (heed(Date.parse(it?.now)), it?.permissions ?? []));
      // A visit that failed is tried anew by whoever asks next.
      reply.catch(() => { visited = undefined; });
    }
    return visited.reply;
  };

  const allowed = async (/** @type {string} */ purpose) => {
    await visit();
    const found = (await permissions)?.find((it) => it.purpose === purpose);
    return found?.standing === "granted";
  };

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const [events, waiting] = [batch, told];
    [batch, told] = [[], []];
    if (events.length === 0) return;
    const sent = visit().then(({ token }) => send("/v1/events", { key, token, events }));
    waiting.forEach((it) => it(sent));
    await sent;
  };

  /** @type {import("./handshake").Handshake["track"]} */
  const track = (type, { items, ...rest } = {}) => {
    const event = eventId();
    const lines = items?.map((it) => (typeof it === "string" ? { item: it } : it));
    batch.push({ event, type, items: lines, ...rest });
    const sent = new Promise((done) => told.push(done));
    if (batch.length >= BATCH_MAX) flush().catch(() => {});
    else timer ??= setTimeout(() => flush().catch(() => {}), BATCH_MS);
    const became = sent.then((reply) => reply?.events?.find((/** @type {any} */ it) => it.event === event));
    // Whoever does not look at what became of it is not told of a failure either.
    became.catch(() => {});
    return became;
  };

  /** The page goes away: what was not sent goes now, if a visit's token is there already. */
  const depart = () => {
    flush().catch(() => {});
    leave();
  };
  globalThis.addEventListener("pagehide", depart);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flush().catch(() => {});
  });

  /** @type {import("./handshake").Handshake["answer"]} */
  const answer = async (event, { token, purpose, answer: said, event: id = eventId() }) => {
    if (!isTrusted.call(event)) throw new TypeError("an answer needs a person's own gesture");
    const gesture = /** @type {any} */ (event).detail === 0 ? "key" : "click";
    const proof = token ?? (said === "withdrawn" ? person : undefined);
    const reply = await send("/v1/answers", {
      key, token: proof, purpose, answer: said, gesture, event: id,
    });
    if (reply) {
      person = reply.token ?? person;
      if (reply.person) permissions = Promise.resolve(reply.permissions);
      const detail = { purpose, answer: reply.answer, permissions: reply.permissions };
      document.dispatchEvent(new CustomEvent("handshake:change", { detail }));
    }
    return reply;
  };

  const recommend = async ({ item = undefined, limit = undefined } = {}) => {
    const { token } = await visit();
    return send("/v1/recommendations", { key, token: person ?? token, item, limit });
  };

  const myDeal = () => location.assign(base + "/my-deal");

  /** @type {import("./handshake").Handshake["ask"]} */
  const ask = async (element, { purpose, interest } = {}) => {
    if (element.querySelector("form")) return take(element, asks());
    const { token } = await visit();
    const reply = await send("/v1/ask", {
      key, token, person, language, interest: interest ?? element.dataset.interest,
      purpose: purpose ?? element.dataset.purpose,
    });
    if (!reply?.html) return undefined;
    await styled(base);
    const card = parsed(reply.html, base);
    element.replaceChildren(card);
    return take(card, asks());
  };

  const asks = () => ({ answer, shown: (/** @type {string} */ token) =>
    send("/v1/shown", { key, token, event: eventId() }), base });

  return { visit, ask, answer, allowed, track, recommend, myDeal, flush };
};

// ---- The card ------------------------------------------------------------------------------

/** The server's own, escaped there. A policy of this name lets it pass under Trusted Types. */
const policy = trustedTypes?.createPolicy?.("handshake", { createHTML: (/** @type {string} */ it) => it });

/** @param {string} html @param {string} base @returns {HTMLElement} */
const parsed = (html, base) => {
  const body = new DOMParser().parseFromString(/** @type {any} */ (policy?.createHTML(html) ?? html), "text/html").body;
  const card = /** @type {HTMLElement} */ (document.adoptNode(/** @type {Node} */ (body.firstElementChild)));
  for (const it of card.querySelectorAll("a[href^='/']")) {
    it.setAttribute("href", base + it.getAttribute("href"));
  }
  return card;
};

/** Brings the style sheet, if the page has not. */
const styled = (/** @type {string} */ base) => new Promise((done) => {
  if (getComputedStyle(document.documentElement).getPropertyValue("--hs-styled")) return done(0);
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: `${base}/handshake.css`, onload: done, onerror: done });
  document.head.append(link);
});

/**
 * Takes over a card: tells when it is really seen, and answers without leaving the page.
 *
 * @param {HTMLElement} slot @param {{ answer: any, shown: (token: string) => Promise<any>, base: string }} to
 */
const take = (slot, to) => {
  let card = /** @type {HTMLElement} */ (slot.closest(".hs-ask") ?? slot.querySelector(".hs-ask"));
  if (!card || card.dataset.taken) return card;
  card.dataset.taken = "";
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLInputElement | null} */ (card.querySelector(`input[name=${name}]`))?.value;
  const token = field("token");
  // The server made this id when it made the card, a UUIDv7 with its time in front.
  heed(parseInt((field("event") ?? "").replace("-", "").slice(0, 12), 16));
  const wasSeen = token && seen(card, () => to.shown(token).catch(() => {}));
  // Only a click of the browser's own answers; a form sent by a script does not.
  card.addEventListener("submit", (event) => event.preventDefault());
  card.addEventListener("click", async (event) => {
    const button = /** @type {HTMLButtonElement} */ (event.target).closest?.("button");
    if (!button || !isTrusted.call(event)) return;
    event.preventDefault();
    if (card.getAttribute("aria-busy")) return;
    card.setAttribute("aria-busy", "true");
    // Who answers has seen it, however quickly.
    if (wasSeen) wasSeen();
    try {
      // The id in the form stands for this answer, however often it is sent.
      const purpose = field("purpose") ?? card.dataset.handshakeAsk;
      const reply = await to.answer(event, { token, purpose, answer: button.value, event: field("event") });
      if (reply?.html) replace(card, parsed(reply.html, to.base), to);
    } catch (error) {
      failed(card, error);
    } finally {
      card.removeAttribute("aria-busy");
    }
  });
  return card;
};

/** From the top of an element to the bottom of its margin. */
const reach = (/** @type {HTMLElement} */ it) =>
  it.getBoundingClientRect().height + parseFloat(getComputedStyle(it).marginBlockEnd);

/** Puts the result where the card was, keeps what follows where it is, and reads it out. */
const replace = (/** @type {HTMLElement} */ card, /** @type {HTMLElement} */ said, /** @type {any} */ to) => {
  const before = reach(card);
  card.replaceWith(said);
  const spare = before - reach(said);
  if (spare > 0) said.style.marginBlockEnd = `${parseFloat(getComputedStyle(said).marginBlockEnd) + spare}px`;
  take(said, to);
  /** @type {HTMLElement | null} */ (said.querySelector("[tabindex]"))?.focus();
};

/** Says that it did not work, in the server's words where there are any. */
const failed = (/** @type {HTMLElement} */ card, /** @type {any} */ error) => {
  const line = card.querySelector(".hs-failed") ?? document.createElement("p");
  line.className = "hs-failed";
  line.setAttribute("role", "alert");
  line.textContent = error.message;
  card.querySelector("form")?.after(line);
};

/**
 * Calls once when at least half of the card, or of the window, was filled by it for a second; or
 * at once, when what it returns is called.
 *
 * @param {HTMLElement} card @param {() => void} then
 */
const seen = (card, then) => {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let told = false;
  const tell = () => {
    observer.disconnect();
    clearTimeout(timer);
    if (!told) then();
    told = true;
  };
  const observer = new IntersectionObserver(([entry]) => {
    const half = entry.intersectionRatio >= 0.5
      || entry.intersectionRect.height >= (entry.rootBounds?.height ?? Infinity) / 2;
    clearTimeout(timer);
    timer = half && document.visibilityState === "visible" ? setTimeout(tell, SEEN_MS) : undefined;
  }, { threshold: [0, 0.25, 0.5, 0.75] });
  observer.observe(card);
  return tell;
};
