// Things folded on small screens: a menu, a set of filters.
for (const button of document.querySelectorAll("[data-fold]")) {
  const target = document.getElementById(button.dataset.fold);
  button.hidden = false;
  target.dataset.folded = "true";
  button.addEventListener("click", () => {
    const open = target.dataset.folded === "true";
    target.dataset.folded = String(!open);
    button.setAttribute("aria-expanded", String(open));
  });
}
