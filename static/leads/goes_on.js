"use strict";

// What takes longer than one request goes on by itself; without scripts its button does the same.
document.querySelector("form[data-goes-on]")?.submit();
