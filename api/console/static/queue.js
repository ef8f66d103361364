// Keeps the queue up to date: the server says that it changed, and we load the list again.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const queue = document.getElementById("queue");
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
    if (answer.ok && !queue.querySelector(".filters :focus")) {
      queue.innerHTML = await answer.text();
      showLive(true);
    }
  }

  events.addEventListener("open", () => showLive(true));
  events.addEventListener("error", () => showLive(false));
  events.addEventListener("queue", reload);
  // Ages grow even when no ticket changes.
  setInterval(reload, 60000);
});
