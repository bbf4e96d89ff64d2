// « Autour de moi »: the position, kept to about a kilometre, goes in the address of the page.
const PLACES = 2;

export function nearMe() {
  const button = document.querySelector("[data-near-me]");
  if (!button || !("geolocation" in navigator)) return;
  button.hidden = false;
  const said = document.querySelector("[data-near-said]");
  button.addEventListener("click", () => {
    said.textContent = "Recherche de votre position…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const form = button.form;
        const query = new FormData(form);
        query.delete("ou");
        query.set("pres", `${coords.latitude.toFixed(PLACES)},${coords.longitude.toFixed(PLACES)}`);
        location.assign(`${form.action.split("?")[0]}?${new URLSearchParams(query)}`);
      },
      () => {
        said.textContent = "Votre position n’est pas connue. Donnez plutôt le nom d’une commune.";
      },
      { maximumAge: 600_000, timeout: 15_000 },
    );
  });
}
