// What a slider says, in words: where it stands is not enough.
function words(percent) {
  if (percent === 0) return "comme les autres";
  return `${String(1 + percent / 100).replace(".", ",")} fois autant`;
}

export function sliders() {
  for (const input of document.querySelectorAll("[data-slider]")) {
    const output = input.closest(".field").querySelector("[data-slider-words]");
    const say = () => (output.textContent = words(Number(input.value)));
    input.addEventListener("input", say);
    say();
  }
}
