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
