"use strict";

// The theme draws its icons with words, which a screen reader would say, and listens for clicks on what no key reaches.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".material-symbols-outlined").forEach((icon) => {
    icon.setAttribute("aria-hidden", "true");
    icon.setAttribute("translate", "no");
    const link = icon.closest("a[title], button[title]");
    if (link && !link.hasAttribute("aria-label") && link.textContent.trim() === icon.textContent.trim()) {
      link.setAttribute("aria-label", link.title);
    }
  });

  document.querySelectorAll("[x-on\\:click]:not(button, a[href], #changelist-filter-close)").forEach((control) => {
    control.setAttribute("role", "button");
    control.tabIndex = 0;
    if ([...control.childNodes].every((part) => part.nodeType !== Node.TEXT_NODE ? part.matches(".material-symbols-outlined") : !part.data.trim())) {
      control.setAttribute("aria-label", document.getElementById("page").dataset.more);
    }
    control.addEventListener("keydown", (event) => {
      if (event.target === control && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        control.click();
      }
    });
  });
});
