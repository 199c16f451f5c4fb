"use strict";

// Swagger UI gives its lists no name, and lets no key scroll its examples.
const nameOf = (list) => {
  if (list.id === "servers") return "Server";
  if (list.matches(".examples-select-element")) return "Example";
  return list.closest("[data-param-name]")?.dataset.paramName ?? "Value";
};

const mend = (place) => {
  place.querySelectorAll("select:not([aria-label])").forEach((list) => list.setAttribute("aria-label", nameOf(list)));
  place.querySelectorAll("pre.example:not([tabindex])").forEach((text) => text.setAttribute("tabindex", "0"));
};

document.querySelectorAll("[data-document]").forEach((place) => {
  new MutationObserver(() => mend(place)).observe(place, { childList: true, subtree: true });
  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.document,
    // Nothing leaves this server, and what is typed in is kept nowhere.
    validatorUrl: null,
    persistAuthorization: false,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
  });
});
