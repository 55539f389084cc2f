// Sending: the same bytes until somebody answers, and never twice something else.
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";

/** What the network says, one after the other; an Error is no answer. */
let answers = [];
const sent = [];
const beacons = [];
Object.defineProperty(globalThis, "navigator", {
  value: { sendBeacon: (url, body) => (beacons.push([url, body]), true) }, configurable: true,
});
// Node 18, as Debian 12 has it, knows it under another name only.
globalThis.crypto ??= webcrypto;
globalThis.location = new URL("https://shop.example/bikes");
globalThis.fetch = async (url, options) => {
  sent.push([url, options]);
  const answer = answers.shift();
  if (answer instanceof Error) throw answer;
  return new Response(answer[0] === 204 ? null : JSON.stringify(answer[1]), { status: answer[0] });
};
const { eventId, mayRetry, outbox, HandshakeError } = await import("../handshake.js");

const fresh = (replies) => {
  answers = replies;
  sent.length = 0;
  beacons.length = 0;
};

test("an event id is a UUIDv7 of its moment", () => {
  const time = 0x0190_0000_1234;
  const id = eventId(time);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(id.replace("-", "").slice(0, 12), 16), time);
  const many = new Set(Array.from({ length: 1000 }, () => eventId(time)));
  assert.equal(many.size, 1000);
});

test("only what may pass is sent again", () => {
  assert.deepEqual([0, 408, 429, 500, 503].map(mayRetry), [true, true, true, true, true]);
  assert.deepEqual([200, 204, 303, 400, 401, 403, 404, 409, 422].filter(mayRetry), []);
});

test("the very same bytes go until somebody answers", async () => {
  fresh([new Error("offline"), [503, {}], [200, { duplicate: true }]]);
  const waits = [];
  const { send } = outbox("", async (ms) => void waits.push(ms));
  const reply = await send("/v1/answers", { event: "e1", answer: "granted" });
  assert.deepEqual(reply, { duplicate: true });
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map(([, it]) => it.body)).size, 1);
  assert.ok(sent.every(([url, it]) => url === "/v1/answers" && it.credentials === "same-origin"));
  assert.deepEqual(waits, [500, 2000]);
});

test("a refusal is told at once, with its slug", async () => {
  fresh([[401, { type: "/errors#token-expired", detail: "it expired" }]]);
  const { send } = outbox("https://hs.example", async () => assert.fail("nothing to wait for"));
  await assert.rejects(send("/v1/ask", {}), (error) => {
    assert.ok(error instanceof HandshakeError);
    assert.deepEqual([error.status, error.slug, error.message], [401, "token-expired", "it expired"]);
    return true;
  });
  assert.equal(sent[0][1].credentials, "include");
});

test("nobody answers for good", async () => {
  fresh(Array.from({ length: 9 }, () => new Error("offline")));
  const { send } = outbox("", async () => {});
  await assert.rejects(send("/v1/visit", {}), HandshakeError);
  assert.equal(sent.length, 4);
});

test("what waits when the page goes away goes as a beacon, once", async () => {
  fresh([[503, {}], [200, {}]]);
  let wake;
  const { send, leave } = outbox("", () => new Promise((done) => (wake = done)));
  const sending = send("/v1/answers", { event: "e2", answer: "refused" });
  await new Promise((done) => setTimeout(done, 10));
  leave();
  leave();
  assert.deepEqual(beacons, [["/v1/answers", JSON.stringify({ event: "e2", answer: "refused" })]]);
  wake();
  assert.equal(await sending, undefined);
  assert.equal(sent.length, 1, "not sent again after the beacon");
});

test("what has no event id is never a beacon", async () => {
  fresh([[503, {}], [200, { token: "t" }]]);
  let wake;
  const { send, leave } = outbox("", () => new Promise((done) => (wake = done)));
  const sending = send("/v1/visit", {});
  await new Promise((done) => setTimeout(done, 10));
  leave();
  assert.deepEqual(beacons, []);
  wake();
  assert.deepEqual(await sending, { token: "t" });
});
