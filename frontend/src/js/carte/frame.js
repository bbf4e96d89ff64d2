// Where a map is drawn beside an equal list. Its code and its tiles are asked for only when it is shown:
// at once where there is room beside the list, on request on a small screen or a metered line.

function shown(selector) {
  for (const part of document.querySelectorAll(selector)) part.hidden = false;
}

export function mountMap(load) {
  const frame = document.querySelector("[data-carte]");
  if (!frame) return;
  const finder = frame.closest(".finder");
  const toggle = document.querySelector("[data-carte-toggle]");
  const wide = matchMedia("(min-width: 60rem)");
  let map;

  async function show() {
    if (map) return;
    const wait = frame.querySelector("[data-carte-wait]");
    wait.textContent = "La carte arrive…";
    try {
      const draw = await load();
      map = draw(frame);
      await map;
      wait.hidden = true;
      shown("[data-carte-tools], [data-carte-help], [data-carte-jumps]");
    } catch (error) {
      map = undefined;
      wait.hidden = false;
      frame.querySelector("[data-carte-canvas]").hidden = true;
      wait.textContent = `La carte n’a pas pu être affichée. La liste donne les mêmes ${frame.dataset.same}.`;
      console.warn(error);
    }
  }

  function setView(view) {
    finder.dataset.view = view;
    toggle.setAttribute("aria-expanded", String(view === "map"));
    toggle.querySelector("span").textContent = view === "map" ? "Revenir à la liste" : "Afficher la carte";
    if (view === "map") show();
  }

  toggle.hidden = false;
  toggle.addEventListener("click", () => setView(finder.dataset.view === "map" ? "list" : "map"));
  const auto = () => {
    if (!wide.matches || navigator.connection?.saveData) return;
    finder.dataset.view = "both"; // still there if the window narrows
    show();
  };
  wide.addEventListener("change", auto);
  auto();
  if (wide.matches && navigator.connection?.saveData) {
    // A metered line: the list is there, the map waits for a click.
    toggle.classList.remove("until-l");
    toggle.addEventListener("click", show, { once: true });
  }
}
