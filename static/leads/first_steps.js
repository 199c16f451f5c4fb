"use strict";

// The list of the first steps: asked for once a second while somebody looks, and shown as soon as it is another one.
(() => {
  const PERIOD = 1000;
  // When the server is away.
  const PAUSE = 10000;

  const place = document.querySelector("[data-steps]");
  const status = document.querySelector("[data-steps-status]");
  let isOver = false;

  const done = () => [...place.querySelectorAll(".step.is-done")].map((step) => step.dataset.step);
  const title = (name) => place.querySelector(`[data-step="${name}"] h2`).firstChild.textContent;

  const show = (html) => {
    const before = new Set(done());
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...place.querySelectorAll("details[open]")].map((row) => row.id);
    const known = new Set([...place.querySelectorAll("[data-request]")].map((row) => row.id));
    place.innerHTML = html;
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    // The newest is what was waited for.
    place.querySelectorAll("[data-request]").forEach((row) => row.toggleAttribute("open", row.open || !known.has(row.id)));
    if (focused) document.getElementById(focused)?.focus();
    const fresh = done().filter((name) => !before.has(name));
    if (isOver) status.textContent = status.dataset.over;
    else if (fresh.length) status.textContent = `${status.dataset.done} ${fresh.map(title).join(", ")}`;
  };

  const ask = async () => {
    const address = new URL(place.dataset.steps, location.href);
    address.searchParams.set("version", place.dataset.version);
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status === 200) {
      const changed = await answer.json();
      place.dataset.version = changed.version;
      isOver = changed.is_over;
      show(changed.html);
    }
  };

  const again = async () => {
    let wait = PERIOD;
    if (!document.hidden) {
      try {
        await ask();
      } catch {
        wait = PAUSE;
      }
    }
    if (!isOver) setTimeout(again, wait);
  };

  again();
})();
