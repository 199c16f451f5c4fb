"use strict";

// Buttons with data-copy="<id>" copy the text of that element and say so.
document.querySelectorAll("button[data-copy]").forEach((button) => {
  const source = document.getElementById(button.dataset.copy);

  const select = () => {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      return true;
    } catch {
      // Over plain HTTP browsers give no clipboard, but most still obey the old command on what is selected.
      select();
      return document.execCommand("copy");
    }
  };

  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    if (await copy()) {
      button.textContent = button.dataset.copied;
    }
  });
});
