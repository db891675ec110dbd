// Choosing tasks to compare: searching, and no more than can stand side by side.
"use strict";

const choose = document.querySelector("#choose");

const bounded = () => {
  const shown = choose.querySelector("#count");
  const boxes = [...choose.querySelectorAll('[name="task"]')];
  const count = boxes.filter((each) => each.checked).length;
  const [fewest, most] = [Number(shown.dataset.fewest), Number(shown.dataset.most)];
  shown.textContent = count ? `${count} / ${most}` : "";
  choose.querySelector("button").disabled = count < fewest || count > most;
  for (const each of boxes) { each.disabled = !each.checked && count >= most; }
};

if (choose) {
  choose.addEventListener("change", bounded);
  bounded();
}
