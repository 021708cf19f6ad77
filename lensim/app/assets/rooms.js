/* The rooms Read and Look: files that are too large, buttons that send a value, seconds of work, and another room. */
"use strict";

(function () {
  const refused = function (input, files) {
    const most = Number(input.dataset.most);
    const large = Array.from(files).filter(function (file) { return most && file.size > most; });
    const note = document.getElementById(input.id + "-refused");
    if (note) {
      note.hidden = large.length === 0;
      note.textContent = large.map(function (file) {
        return file.name + " must be at most " + input.dataset.mostMb + " MB, got " + Math.ceil(file.size / 1e6) +
          " MB: export fewer plates.";
      }).join(" ");
    }
    return large.length > 0;
  };

  /* before Shiny hears of it: a file that is too large is not sent */
  document.addEventListener("change", function (event) {
    const input = event.target;
    if (input.matches && input.matches("input[type=file][data-most]") && refused(input, input.files)) {
      event.stopImmediatePropagation();
      input.value = "";
    }
  }, true);
  document.addEventListener("drop", function (event) {
    const zone = event.target.closest && event.target.closest(".drop");
    const input = zone && zone.querySelector("input[type=file][data-most]");
    if (!input || !event.dataTransfer) return;
    if (refused(input, event.dataTransfer.files)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      window.jQuery("html, .drop").removeClass("shiny-file-input-active shiny-file-input-over");
    }
  }, true);

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button[data-sends]");
    if (!button) return;
    window.Shiny.setInputValue(button.dataset.sends, button.dataset.value, { priority: "event" });
    const then = button.dataset.then && document.getElementById(button.dataset.then);
    if (then) then.focus();
  });

  /* a room says that it is open, so that its process starts before a file is dropped */
  function opened() {
    const room = window.location.hash.slice(1);
    if (document.getElementById("room-" + room)) window.Shiny.setInputValue(room + "-opened", true);
  }
  window.addEventListener("hashchange", opened);
  window.jQuery(document).one("shiny:sessioninitialized", opened);

  /* controls that faults name: they are marked, also when they are drawn anew, and shown once where they are folded */
  const asked = {};
  function mark(room) {
    const section = document.getElementById("room-" + room);
    if (!section) return;
    section.querySelectorAll(".asked").forEach(function (one) { one.classList.remove("asked"); });
    (asked[room] || []).forEach(function (id) {
      const control = document.getElementById(id);
      const own = control && control.closest(".field");
      if (own) own.classList.add("asked");
    });
  }
  window.Shiny.addCustomMessageHandler("lensim-asked", function (message) {
    asked[message.room] = message.ids;
    mark(message.room);
    message.ids.forEach(function (id) {
      let over = document.getElementById(id);
      while ((over = over && over.parentElement && over.parentElement.closest("details"))) over.open = true;
    });
  });
  window.jQuery(document).on("shiny:value", function () {
    window.setTimeout(function () { Object.keys(asked).forEach(mark); }, 0);
  });

  let began = new Map();
  window.setInterval(function () {
    const running = document.querySelectorAll("[data-since]");
    const kept = new Map();
    running.forEach(function (one) {
      const place = one.closest("[data-work]") || one;
      const since = began.get(place) || Date.now();
      kept.set(place, since);
      one.textContent = Math.round((Date.now() - since) / 1000) + " s";
    });
    began = kept;
  }, 500);

  window.Shiny.addCustomMessageHandler("lensim-room", function (message) {
    window.location.hash = "#" + message.room;
    Object.entries(message.set || {}).forEach(function (entry) {
      const control = document.getElementById(entry[0]);
      if (!control) return;
      control.value = entry[1];
      control.dispatchEvent(new Event("change", { bubbles: true }));
      window.jQuery(control).trigger("input");
    });
    const heading = document.querySelector("#room-" + message.room + " h1");
    if (heading) { heading.tabIndex = -1; heading.focus(); }
  });
})();
