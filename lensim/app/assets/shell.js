/* The page's own script: rooms, light and dark, the controls of forms, and marks on answers that are old. */
"use strict";

(function () {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const DELAY_MS = { range: 120, number: 400, text: 400 };
  let chosen = null;

  /* --- light and dark: as the system has it, until the switch says otherwise --- */
  function remembered() {
    try { return window.sessionStorage.getItem("lensim-theme"); } catch (_) { return null; }
  }

  function remember(theme) {
    try { window.sessionStorage.setItem("lensim-theme", theme); } catch (_) { /* for this page alone */ }
  }

  function paint() {
    const isDark = chosen ? chosen === "dark" : system.matches;
    root.dataset.theme = isDark ? "dark" : "light";
    const button = document.getElementById("theme");
    if (button) button.setAttribute("aria-pressed", String(isDark));
  }

  chosen = remembered();
  paint();
  delete root.dataset.shinyBusyPulse; /* the room says itself what it is at */
  delete root.dataset.shinyBusySpinners;
  system.addEventListener("change", paint);

  /* --- rooms; the server is told which one is shown, since a room may begin its work only then --- */
  function tellRoom() {
    const section = document.querySelector("section.room:not([hidden])");
    if (section && window.Shiny.setInputValue) window.Shiny.setInputValue("room", section.id.slice("room-".length));
  }

  function show(name) {
    if (!document.getElementById("room-" + name)) return;
    document.querySelectorAll("section.room").forEach(function (room) { room.hidden = room.id !== "room-" + name; });
    document.querySelectorAll("nav a[data-room]").forEach(function (link) {
      if (link.dataset.room === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    window.jQuery(window).trigger("resize"); /* Shiny asks again what can be seen */
    tellRoom();
  }

  /* --- controls that only some choices need --- */
  function showNeeded() {
    document.querySelectorAll("[data-shown-if]").forEach(function (one) {
      const other = document.getElementById(one.dataset.shownIf);
      one.hidden = !(other && one.dataset.values.split(" ").includes(other.value));
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    paint();
    showNeeded();
    document.addEventListener("change", showNeeded);
    document.getElementById("theme").addEventListener("click", function () {
      chosen = root.dataset.theme === "dark" ? "light" : "dark";
      remember(chosen);
      paint();
    });
    window.addEventListener("hashchange", function () { show(window.location.hash.slice(1)); });
    if (window.location.hash.length > 1) show(window.location.hash.slice(1));
    window.jQuery(document).one("shiny:sessioninitialized", tellRoom);
  });

  /* --- an answer is old from the moment in which a control moves, until the server says that it is of these fields --- */
  const moves = {};

  function roomOf(element) { return element.id.split("-")[0]; }

  function moved(element) {
    const room = roomOf(element);
    moves[room] = (moves[room] || 0) + 1;
    const section = document.getElementById("room-" + room);
    if (section) section.querySelectorAll(".answer").forEach(function (one) { one.dataset.old = "true"; });
  }

  function sendMoves(element) {
    const room = roomOf(element);
    window.Shiny.setInputValue(room + "-moved", moves[room] || 0, { priority: "event" });
  }

  window.Shiny.addCustomMessageHandler("lensim-old", function (message) {
    const section = document.getElementById("room-" + message.room);
    const isLast = (message.moved || 0) >= (moves[message.room] || 0);
    if (!section || !(message.old || isLast)) return;
    section.querySelectorAll(".answer").forEach(function (one) { one.dataset.old = String(message.old); });
  });

  /* --- the values of controls --- */
  function worded(range) {
    const text = range.dataset.words.replace("{}", Number(range.value).toFixed(Number(range.dataset.digits)));
    const said = document.getElementById(range.id + "-said");
    if (said) said.textContent = text;
    range.setAttribute("aria-valuetext", text);
  }

  const field = new window.Shiny.InputBinding();
  Object.assign(field, {
    find: function (scope) { return window.jQuery(scope).find(".lensim-field"); },
    initialize: function (element) { if (element.type === "range") worded(element); },
    getType: function () { return null; },
    getValue: function (element) {
      if (element.type === "checkbox") return element.checked;
      if (element.type === "range") return Number(element.value);
      if (element.type === "number") return element.value.trim() === "" ? null : Number(element.value);
      return element.value;
    },
    setValue: function (element, value) {
      element.value = value;
      if (element.type === "range") worded(element);
    },
    subscribe: function (element, callback) {
      let timer = null;
      function send() {
        timer = null;
        callback(false);
        sendMoves(element);
      }
      window.jQuery(element).on("input.lensim change.lensim", function (event) {
        if (event.type === "change" && timer === null && element.type !== "checkbox") return; /* it was sent */
        if (element.type === "range") worded(element);
        moved(element);
        window.clearTimeout(timer);
        timer = window.setTimeout(send, event.type === "change" ? 0 : DELAY_MS[element.type] || 0);
      });
    },
    unsubscribe: function (element) { window.jQuery(element).off(".lensim"); },
    receiveMessage: function (element, data) {
      if (!("value" in data)) return;
      this.setValue(element, data.value);
      element.dispatchEvent(new Event("change", { bubbles: true })); /* for what only some choices need */
      window.jQuery(element).trigger("input");
    },
  });
  window.Shiny.inputBindings.register(field, "lensim.field", 10);

  /* --- the clipboard --- */
  document.addEventListener("click", function (event) {
    const button = event.target.closest("button[data-copies]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copies).textContent.trim();
    const before = button.textContent;
    navigator.clipboard.writeText(text).then(
      function () { button.textContent = "Copied"; },
      function () { button.textContent = "Select the text and copy it"; },
    ).then(function () { window.setTimeout(function () { button.textContent = before; }, 2000); });
  });
})();
