"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const key = document.getElementById("id_key");
  const label = document.getElementById("id_label");
  const type = document.getElementById("id_type");
  const choices = document.getElementById("id_choices");
  if (!key || !label || !type || !choices) {
    return;
  }

  // Choices make sense for one type only; what was written stays in sight, so that nobody saves what they can't see.
  const showChoices = () => {
    choices.closest(".form-row").hidden = type.value !== "choice" && !choices.value.trim();
  };
  type.addEventListener("change", showChoices);
  showChoices();

  // Until somebody writes a key, the label suggests one. The server has the last word on it.
  const suggest = (text) =>
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^[0-9_]+|_+$/g, "")
      .slice(0, 100);
  let written = key.value !== "";
  key.addEventListener("input", () => {
    written = key.value !== "";
  });
  label.addEventListener("input", () => {
    if (!written) {
      key.value = suggest(label.value);
    }
  });
});
