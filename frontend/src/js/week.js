// « Comme la veille »: the times of the day before, in the grid of the week.
export function sameDay() {
  for (const button of document.querySelectorAll("[data-same-day]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const day = button.closest("[data-day]");
      const before = [...day.previousElementSibling.querySelectorAll("input")];
      day.querySelectorAll("input").forEach((input, rank) => {
        input.value = before[rank].value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
    });
  }
}
