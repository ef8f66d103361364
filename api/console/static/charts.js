// Shows each chart whose data the server wrote into the page.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("script.chart-data").forEach((data, number) => {
    const canvas = data.parentElement.querySelector(".canvas");
    canvas.id = `chart-${number}`;
    Bokeh.embed.embed_item(JSON.parse(data.textContent), canvas.id);
  });
});
