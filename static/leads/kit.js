"use strict";

// The list of requests: asked for once a second while somebody looks, and shown as soon as it is another one.
const PERIOD = 1000;
// When the server is away, or wants to be asked less.
const PAUSE = 10000;

const listen = (section) => {
  const list = section.querySelector("[data-live-list]");
  const status = section.querySelector("[data-live-status]");
  let version = section.dataset.version;

  const ids = () => [...list.querySelectorAll("[data-request]")].map((row) => row.dataset.request);

  const show = (html) => {
    const before = new Set(ids());
    const open = [...list.querySelectorAll("details[open]")].map((row) => row.id);
    list.innerHTML = html;
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    const fresh = [...list.querySelectorAll("[data-request]")].filter((row) => !before.has(row.dataset.request));
    fresh.forEach((row) => row.classList.add("is-new"));
    // The newest is what was waited for.
    fresh[0]?.setAttribute("open", "");
    if (fresh.length) {
      status.textContent = `${status.dataset.came} ${fresh[0].querySelector("summary").innerText.replace(/\s+/g, " ")}`;
    }
  };

  const ask = async () => {
    const address = new URL(section.dataset.live, location.href);
    address.searchParams.set("version", version);
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status === 200) {
      const changed = await answer.json();
      version = changed.version;
      show(changed.html);
    }
  };

  const again = async () => {
    let wait = PERIOD;
    if (!document.hidden) {
      try {
        await ask();
        if (section.classList.contains("is-lost")) status.textContent = status.dataset.listening;
        section.classList.remove("is-lost");
      } catch {
        section.classList.add("is-lost");
        status.textContent = status.dataset.lost;
        wait = PAUSE;
      }
    }
    setTimeout(again, wait);
  };

  // Who has just sent something is led here.
  if (location.hash === `#${section.id}`) list.querySelector("[data-request]")?.setAttribute("open", "");
  again();
};

document.querySelectorAll("[data-live]").forEach(listen);

// The server reads no form that is longer: Django's DATA_UPLOAD_MAX_MEMORY_SIZE.
const LONGEST_FORM = 2.4 * 1024 * 1024;

document.querySelectorAll("[data-too-long]").forEach((area) => {
  area.addEventListener("input", () => {
    const length = new URLSearchParams({ body: area.value }).toString().length;
    area.setCustomValidity(length > LONGEST_FORM ? area.dataset.tooLong : "");
  });
});
