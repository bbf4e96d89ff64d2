// The buttons of a map: nearer, farther, and to another territory.
export function control(map, frame) {
  for (const button of frame.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => map.zoomTo(map.getZoom() + Number(button.dataset.zoom)));
  }
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => {
      map.fitBounds(button.dataset.jump.split(",").map(Number), { padding: 12, animate: false });
      frame.scrollIntoView({ block: "nearest" });
    });
  }
}
