// With scripts, an answer changes the page without loading it anew. Without them, the same cards
// are plain forms, and everything else on the page is as it is.
import { handshake } from "/handshake.js";

const key = document.querySelector('meta[name="handshake-key"]')?.content;
const shop = handshake({ key, base: "", language: "en" });

for (const card of document.querySelectorAll("[data-handshake-ask]")) {
  shop.ask(card);
}

// What may be chosen has changed: put what the server chooses now in the place of what stands there.
document.addEventListener("handshake:change", async () => {
  const reply = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!reply.ok) return;
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
  const now = document.getElementById("chosen");
  const then = fresh.getElementById("chosen");
  if (now && then) now.replaceWith(then);
  else if (then) document.getElementById("main").append(then);
  else now?.remove();
});
