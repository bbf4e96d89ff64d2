// Plans: the sliders of a scenario, and a computation that goes on.
import "../css/carte.css";
import { mountMap } from "../js/carte/frame.js";
import { follow } from "../js/siting/live.js";
import { sliders } from "../js/siting/sliders.js";

sliders();
let map;
mountMap(async () => {
  const { drawMap } = await import("../js/carte/map.js");
  return (frame) => (map = drawMap(frame));
});
follow(() => map);
