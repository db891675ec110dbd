// Forms: files that are dropped, and their names.
"use strict";

const file = document.getElementById("datafile");
const name = document.getElementById("data_name");
file?.addEventListener("change", () => {
  if (name && !name.value && file.files[0]) { name.value = file.files[0].name.replace(/\.[^.]+$/, ""); }
});
for (const place of document.querySelectorAll("[data-drop]")) {
  for (const kind of ["dragover", "dragenter"]) {
    place.addEventListener(kind, (event) => { event.preventDefault(); place.classList.add("over"); });
  }
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    file.files = event.dataTransfer.files;
    file.dispatchEvent(new Event("change"));
  });
}
