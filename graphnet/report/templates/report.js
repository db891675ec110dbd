"use strict";
// What a reader can take from the report, and its other language. It works offline and sends nothing.
(() => {
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const text = (content, kind) => new Blob([content], { type: `${kind};charset=utf-8` });
  const packed = (content) => new Blob([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], { type: "application/gzip" });
  const button = (label, name, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.setAttribute("aria-label", `${label}: ${name}`);
    made.addEventListener("click", act);
    return made;
  };
  const tools = (...buttons) => {
    const made = document.createElement("p");
    made.className = "tools";
    made.append(...buttons);
    return made;
  };

  // A figure by itself has no page that says its colours: those for paper are written into it.
  const drawing = (svg) => {
    const copy = svg.cloneNode(true);
    const [, , width, height] = svg.getAttribute("viewBox").split(/[ ,]+/).map(Number);
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const source = new XMLSerializer().serializeToString(copy);
    return { source: source.replace(/var\(--[\w-]+, ?(#[0-9a-fA-F]+)\)/g, "$1"), width, height };
  };
  const picture = (svg, name) => {
    const { source, width, height } = drawing(svg);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      const scale = Math.max(3, 2000 / width);
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      const paper = canvas.getContext("2d");
      paper.fillStyle = "#fff";
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, `${name}.png`), "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  };

  // A spreadsheet shows a cell and does not compute it.
  const cell = (node) => {
    let said = node.textContent.replace(/\s+/g, " ").replace(/\u2212(?=\.?\d)/g, "-").trim();
    if (/^[=@]/.test(said) || /^[+-](?![\d.])/.test(said)) said = `'${said}`;
    return /[",]/.test(said) ? `"${said.replace(/"/g, '""')}"` : said;
  };
  const csv = (table) =>
    "\ufeff" + [...table.rows].map((row) => [...row.cells].map(cell).join(",")).join("\r\n") + "\r\n";

  // A table that is wider than the window is scrolled by keys too.
  const reach = () => {
    for (const place of document.querySelectorAll(".scroll:not([tabindex]), .scroll[data-reached]")) {
      delete place.dataset.reached;
      for (const name of ["tabindex", "role", "aria-label"]) { place.removeAttribute(name); }
      if (place.scrollWidth <= place.clientWidth) { continue; }
      place.dataset.reached = "yes";
      const caption = document.getElementById(place.firstElementChild?.getAttribute("aria-describedby"));
      const before = [...document.querySelectorAll("h1, h2, h3")].filter((each) => each.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING);
      place.tabIndex = 0;
      place.setAttribute("role", "region");
      place.setAttribute("aria-label", (caption ?? before.at(-1))?.textContent ?? document.title);
    }
  };
  window.addEventListener("resize", reach);

  const dress = (view) => {
    reach();
    if (view.dataset.dressed) return;
    view.dataset.dressed = "yes";
    const own = view.dataset.file;
    for (const figure of view.querySelectorAll("figure[data-name]")) {
      const svg = figure.querySelector("svg");
      const name = `${own}-${figure.dataset.name}`;
      figure.append(tools(
        button("SVG", name, () => save(text(drawing(svg).source, "image/svg+xml"), `${name}.svg`)),
        button("PNG", name, () => picture(svg, name))));
    }
    for (const table of view.querySelectorAll("table[data-name]")) {
      const name = `${own}-${table.dataset.name}`;
      table.parentNode.after(tools(button("CSV", name, () => save(text(csv(table), "text/csv"), `${name}.csv`))));
    }
    const files = JSON.parse(view.querySelector("script.files")?.textContent ?? "{}");
    for (const place of view.querySelectorAll("[data-files]")) {
      const wanted = place.dataset.files.split(" ").filter((name) => name in files);
      place.append(...wanted.map((name) =>
        button(name, own, () => save(
          name.endsWith(".gz") ? packed(files[name]) : text(files[name], "text/plain"), `${own}-${name}`))));
    }
  };

  const other = document.querySelector("template");
  const offer = (view) => {
    if (!other || view.querySelector(".language")) return;
    const hidden = other.content.querySelector(".view");
    const choice = tools(button(hidden.dataset.language, hidden.lang, () => {
      const next = other.content.querySelector(".view");
      document.documentElement.lang = next.lang;
      document.title = next.dataset.title;
      view.replaceWith(next);
      other.content.append(view);
      dress(next);
      offer(next);
    }));
    choice.classList.add("language");
    view.prepend(choice);
  };

  const start = () => {
    const view = document.querySelector(".view");
    if (!view) return;
    dress(view);
    offer(view);
  };
  document.addEventListener("htmx:afterSettle", start); // a task's page has its result once the task has ended
  start();
})();
