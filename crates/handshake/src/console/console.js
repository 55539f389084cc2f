// The console works without scripts. This renews the tail of the ledger every two seconds while
// somebody looks at it, and stops when asked to, or when the tab is hidden.
const tail = document.querySelector("[data-tail]");
const toggle = document.querySelector("[data-tail-toggle]");
if (tail && toggle) {
  let paused = false;
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    paused = !paused;
    toggle.textContent = paused ? "Go on" : "Stop";
  });
  const renew = async () => {
    if (!paused && !document.hidden) {
      try {
        const answer = await fetch(tail.dataset.tail, { redirect: "error" });
        if (answer.ok) tail.innerHTML = await answer.text();
      } catch {
        paused = true;
        toggle.textContent = "Go on";
      }
    }
    setTimeout(renew, 2000);
  };
  setTimeout(renew, 2000);
}

// A policy is checked while it is written: half a second after the last key, the text goes to the
// server, which keeps nothing and says what is wrong. A problem's place moves the cursor there.
const text = document.querySelector("textarea[data-check]");
const found = document.querySelector("[data-check-answer]");
const verdict = document.querySelector("[data-check-verdict]");
const gutter = document.querySelector("[data-gutter]");
if (text && found && verdict && gutter) {
  let wait;
  let asked = 0;
  const number = () => {
    const lines = text.value.split("\n").length;
    gutter.textContent = Array.from({ length: lines }, (_, at) => `${at + 1}\n`).join("");
    text.rows = Math.max(lines + 2, 24);
  };
  const check = async () => {
    const turn = ++asked;
    try {
      const body = new URLSearchParams({ source: text.value });
      const answer = await fetch(text.dataset.check, { method: "POST", body, redirect: "error" });
      if (turn !== asked || !answer.ok) return;
      found.innerHTML = await answer.text();
      verdict.innerHTML = found.querySelector("[data-first]")?.innerHTML ?? "";
    } catch {
      if (turn === asked) verdict.textContent = "The text could not be checked. Press Check to try again.";
    }
  };
  text.addEventListener("input", () => {
    number();
    clearTimeout(wait);
    wait = setTimeout(check, 500);
  });
  document.addEventListener("click", (event) => {
    const place = event.target.closest("a[data-line]");
    if (!place) return;
    event.preventDefault();
    const lines = text.value.split("\n");
    const line = Number(place.dataset.line) - 1;
    const before = lines.slice(0, line).reduce((sum, it) => sum + it.length + 1, 0);
    // Columns count characters, and a selection counts UTF-16.
    const units = (count) => [...(lines[line] ?? "")].slice(0, count).join("").length;
    const column = Number(place.dataset.column) - 1;
    const end = column + Number(place.dataset.length);
    text.focus();
    text.setSelectionRange(before + units(column), before + units(end));
    gutter.parentElement.scrollIntoView({ block: "nearest" });
    const height = parseFloat(getComputedStyle(text).lineHeight);
    scrollTo({ top: scrollY + text.getBoundingClientRect().top + line * height - innerHeight / 2 });
  });
  number();
}
