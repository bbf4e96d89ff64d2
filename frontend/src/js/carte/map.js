// The map itself: our own tiles, the classes the server gives, and the way to a commune's page.
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import { Protocol } from "pmtiles";
import { control } from "./control.js";
import { marked } from "./points.js";
import { hatch, mapStyle, readColors, recolor } from "./style.js";

maplibre.setWorkerUrl(workerUrl);
maplibre.addProtocol("pmtiles", new Protocol().tile);

const MAINLAND = [-5.2, 41.2, 9.7, 51.2];
const CODE_LENGTH = 5;
const commune = (code) => ({ source: "tuiles", sourceLayer: "communes", id: code });

export async function drawMap(frame) {
  const { values, tiles, commune: page, bounds, classes, scale } = frame.dataset;
  const canvas = frame.querySelector("[data-carte-canvas]");
  let known = await read(values);
  canvas.hidden = false;

  const count = scale || Number(classes);
  const colors = readColors();
  const map = new maplibre.Map({
    container: canvas,
    style: mapStyle(new URL(tiles, location.href).href, colors, count),
    bounds: bounds ? bounds.split(",").map(Number) : MAINLAND,
    fitBoundsOptions: { padding: 12 },
    minZoom: 4,
    maxZoom: 13,
    renderWorldCopies: false,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
    locale: { "Map.Title": "Carte des communes" },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addImage("hatch", hatch(colors), { pixelRatio: 2 });
  await Promise.race([
    new Promise((resolve) => map.once("load", resolve)),
    new Promise((_, reject) => map.once("error", (event) => reject(event.error))),
  ]);

  let levels = paint(map, known);
  const drawn = known.points && marked(map, known.points, colors);
  const words = (feature) => {
    const level = levels.get(feature.properties.code);
    if (level === undefined) return `${feature.properties.name} : hors du filtre`;
    return `${feature.properties.name} : ${level < 0 ? "inconnu" : known.labels[level]}`;
  };
  const open = (feature) => feature && location.assign(page.replace("00000", feature.properties.code));
  follow(map, document.querySelector("[data-carte-here]"), words, open);
  control(map, frame);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    recolor(map, readColors(), count);
    drawn?.recolor(readColors());
  });
  // A plan that is still being improved: the same map, with what is known by now.
  map.refresh = async () => {
    known = await read(values);
    map.removeFeatureState({ source: "tuiles", sourceLayer: "communes" });
    levels = paint(map, known);
    drawn?.move(known.points);
  };
  return map;
}

async function read(values) {
  const answer = await fetch(values);
  if (!answer.ok) throw new Error(`${values}: ${answer.status}`);
  return answer.json();
}

function paint(map, { codes, levels }) {
  const found = new Map();
  for (let i = 0; i < levels.length; i++) {
    const code = codes.slice(i * CODE_LENGTH, (i + 1) * CODE_LENGTH);
    const level = levels[i] === "-" ? -1 : Number(levels[i]);
    found.set(code, level);
    map.setFeatureState(commune(code), { level });
  }
  return found;
}

// What is under the pointer, or under the cross at the centre when the keyboard moves the map.
function follow(map, output, words, open) {
  let current;
  const at = (point) => map.queryRenderedFeatures(point, { layers: ["communes"] })[0];
  const centre = () => at(map.project(map.getCenter()));
  const point = (feature) => {
    if (feature?.id === current) return;
    if (current) map.setFeatureState(commune(current), { here: false });
    current = feature?.id;
    if (current) map.setFeatureState(commune(current), { here: true });
    output.textContent = feature ? words(feature) : "";
  };
  map.on("mousemove", (event) => point(at(event.point)));
  map.on("mouseout", () => point(undefined));
  map.on("click", (event) => open(at(event.point)));
  const keyboard = map.getCanvas();
  keyboard.addEventListener("keydown", (event) => {
    if (event.key === "Enter") open(centre());
  });
  keyboard.addEventListener("focus", () => keyboard.matches(":focus-visible") && point(centre()));
  map.on("moveend", () => keyboard.matches(":focus-visible") && point(centre()));
}
