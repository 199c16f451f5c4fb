"use strict";

// Buttons with data-copy="<id>" copy the text of that element and say so, those too that come into the page later.
(() => {
  const select = (source) => {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async (source) => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      return true;
    } catch {
      // Over plain HTTP browsers give no clipboard, but most still obey the old command on what is selected.
      select(source);
      return document.execCommand("copy");
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    button.setAttribute("aria-live", "polite");
    if (await copy(document.getElementById(button.dataset.copy))) {
      button.textContent = button.dataset.copied;
    }
  });
})();
