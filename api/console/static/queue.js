// Keeps the queue up to date: the server says that it changed, and we load the list again.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const queue = document.getElementById("queue");
  const news = document.getElementById("news");
  const seen = encodeURIComponent(queue.dataset.mark);
  const events = new EventSource(`/console/queue/events?seen=${seen}`);

  function showLive(works) {
    const mark = document.getElementById("live");
    if (mark) mark.hidden = !works;
  }

  async function reload() {
    const answer = await fetch(`/console/queue${location.search}`, { cache: "no-store" });
    if (answer.redirected) {
      location.reload();
      return;
    }
    // Whoever is choosing a filter right now is not disturbed.
    if (answer.ok && !queue.querySelector(".filters :focus, .filters:popover-open")) {
      replace(await answer.text());
      showLive(true);
    }
  }

  // What was unfolded stays so, and the keyboard stays where it was.
  function replace(text) {
    const unfolded = [...queue.querySelectorAll("details[open]")].map((each) => each.id);
    const held = document.activeElement;
    const row = queue.contains(held) && held.closest("[id]");
    const place = row && row !== queue ? [row.id, held.tagName] : null;
    queue.innerHTML = text;
    // Whoever listens hears the new number of tickets, not the whole list.
    const open = queue.querySelector(".counters a").textContent.trim();
    if (news.textContent !== open) news.textContent = open;
    unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (place) document.getElementById(place[0])?.querySelector(place[1])?.focus();
  }

  events.addEventListener("open", () => showLive(true));
  events.addEventListener("error", () => showLive(false));
  events.addEventListener("queue", reload);
  // Ages grow even when no ticket changes.
  setInterval(reload, 60000);
});
