// The page of the cafés: its map, and « autour de moi ».
import "../css/carte.css";
import { nearMe } from "../js/cafes/near.js";
import { mountMap } from "../js/carte/frame.js";

nearMe();
mountMap(async () => (await import("../js/cafes/map.js")).drawMap);
