// What is chosen stands in the address behind the #, so that a view can be bookmarked and sent on. Without scripts the
// page is whole, and still.
"use strict";

const address = {
  chosen: new URLSearchParams(),
  readers: [],
  get(name) { return this.chosen.get(name) || ""; },
  set(name, value) {
    if (value) this.chosen.set(name, value);
    else this.chosen.delete(name);
    const only = [...this.chosen.keys()].join() === "at";
    history.replaceState(null, "", `#${only ? this.get("at") : this.chosen}`);
  },
  // A bare #section keeps what is chosen; anything else is a whole view.
  read() {
    const given = location.hash.slice(1);
    if (given && !given.includes("=")) this.set("at", given);
    else this.chosen = new URLSearchParams(given);
    for (const reader of this.readers) reader();
    const at = document.getElementById(this.get("at") || (this.get("run") ? "samples" : ""));
    if (at) at.scrollIntoView();
  },
};

addEventListener("hashchange", () => address.read());
