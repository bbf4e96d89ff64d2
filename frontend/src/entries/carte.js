// The page of the map of communes.
import "../css/carte.css";
import { mountMap } from "../js/carte/frame.js";

mountMap(async () => (await import("../js/carte/map.js")).drawMap);
// A choice in a list is a choice: no need to look for the button.
document.querySelector("#indicateur")?.addEventListener("change", (event) => event.target.form.requestSubmit());
