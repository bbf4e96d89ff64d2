// The map of the cafés: our own tiles under it, the four marks of the legend, clusters when far.
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import { Protocol } from "pmtiles";
import { control } from "../carte/control.js";
import { LABEL_FONTS, readColors } from "../carte/style.js";
import { countImage, KINDS, markImage } from "./marks.js";

maplibre.setWorkerUrl(workerUrl);
maplibre.addProtocol("pmtiles", new Protocol().tile);

const MAINLAND = [-5.2, 41.2, 9.7, 51.2];
const CLUSTERED_UNTIL = 8;
const NEAR_PIXELS = 24;
const COUNT = "count-";
// Exact under a hundred, then « 200+ »: each number is an image, drawn before the map is.
const MANY = 100;
const COUNT_WORDS = [
  "case",
  ["<", ["get", "point_count"], MANY],
  ["to-string", ["get", "point_count"]],
  ["concat", ["to-string", ["*", MANY, ["floor", ["/", ["get", "point_count"], MANY]]]], "+"],
];

// Columns to points: numbers and coordinates are kept as differences, coordinates in ten-thousandths of a degree.
export function pointsOf({ ids, lats, lons, kinds, names }) {
  const labels = names.split("\n");
  let [id, lat, lon] = [0, 0, 0];
  return ids.map((step, i) => {
    id += step;
    lat += lats[i];
    lon += lons[i];
    return {
      type: "Feature",
      geometry: { type: "Point", coordinates: [lon / 1e4, lat / 1e4] },
      properties: { id, kind: KINDS[Number(kinds[i])], name: labels[i] },
    };
  });
}

export async function drawMap(frame) {
  const { cafes, tiles, cafe: page, same } = frame.dataset;
  const canvas = frame.querySelector("[data-carte-canvas]");
  const answer = await fetch(cafes);
  if (!answer.ok) throw new Error(`${cafes}: ${answer.status}`);
  const features = pointsOf(await answer.json());
  canvas.hidden = false;
  const map = new maplibre.Map({
    container: canvas,
    style: mapStyle(new URL(tiles, location.href).href, features, readColors()),
    bounds: boundsOf(features),
    fitBoundsOptions: { padding: 32, maxZoom: 11 },
    minZoom: 4,
    maxZoom: 15,
    renderWorldCopies: false,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200,
    locale: { "Map.Title": `Carte, ${same} que la liste` },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  for (const kind of KINDS) map.addImage(kind, markImage(kind), { pixelRatio: 2 });
  for (const count of counts(features.length)) map.addImage(COUNT + count, countImage(count), { pixelRatio: 2 });
  await Promise.race([
    new Promise((resolve) => map.once("load", resolve)),
    new Promise((_, reject) => map.once("error", (event) => reject(event.error))),
  ]);
  follow(map, document.querySelector("[data-carte-here]"), (id) => location.assign(page.replace("/0/", `/${id}/`)));
  control(map, frame);
  return map;
}

function counts(total) {
  const exact = Array.from({ length: Math.max(0, Math.min(total, MANY - 1) - 1) }, (_, i) => String(i + 2));
  return [...exact, ...Array.from({ length: Math.floor(total / MANY) }, (_, i) => `${(i + 1) * MANY}+`)];
}

function boundsOf(features) {
  if (!features.length) return MAINLAND;
  const found = new maplibre.LngLatBounds();
  for (const { geometry } of features) found.extend(geometry.coordinates);
  return found;
}

function mapStyle(tiles, features, colors) {
  const labels = { "text-font": LABEL_FONTS, "text-size": 13, "text-padding": 6 };
  const halo = { "text-color": colors.text, "text-halo-color": colors["map-land"], "text-halo-width": 1.6 };
  return {
    version: 8,
    sources: {
      tuiles: { type: "vector", url: `pmtiles://${tiles}` },
      cafes: {
        type: "geojson",
        data: { type: "FeatureCollection", features },
        cluster: true,
        clusterMaxZoom: CLUSTERED_UNTIL,
        clusterRadius: 36,
      },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colors["map-sea"] } },
      {
        id: "land",
        type: "fill",
        source: "tuiles",
        "source-layer": "communes",
        paint: { "fill-color": colors["map-land"], "fill-antialias": false },
      },
      {
        id: "departements",
        type: "line",
        source: "tuiles",
        "source-layer": "departements",
        paint: { "line-color": colors["line-strong"], "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.5, 9, 1.6] },
      },
      {
        id: "labels",
        type: "symbol",
        source: "tuiles",
        "source-layer": "labels",
        minzoom: 9,
        layout: { "text-field": ["get", "name"], ...labels },
        paint: { ...halo, "text-color": colors["text-soft"] },
      },
      {
        id: "clusters",
        type: "symbol",
        source: "cafes",
        filter: ["has", "point_count"],
        layout: {
          "icon-image": ["concat", COUNT, COUNT_WORDS],
          "icon-allow-overlap": true,
        },
      },
      {
        id: "cafes",
        type: "symbol",
        source: "cafes",
        filter: ["!", ["has", "point_count"]],
        layout: {
          "icon-image": ["get", "kind"],
          "icon-allow-overlap": true,
          "text-field": ["step", ["zoom"], "", 9, ["get", "name"]],
          ...labels,
          "text-anchor": "top",
          "text-offset": [0, 0.8],
          "text-optional": true,
        },
        paint: halo,
      },
    ],
  };
}

// What is under the pointer, or nearest to the cross at the centre when the keyboard moves the map.
function follow(map, output, open) {
  const around = ({ x, y }, reach) => [
    [x - reach, y - reach],
    [x + reach, y + reach],
  ];
  const at = (point, reach) => map.queryRenderedFeatures(around(point, reach), { layers: ["cafes", "clusters"] })[0];
  const centre = () => at(map.project(map.getCenter()), NEAR_PIXELS);
  const say = (feature) => {
    const many = feature?.properties.point_count;
    output.textContent = many ? `${many} cafés : agrandir` : (feature?.properties.name ?? "");
    map.getCanvas().style.cursor = feature ? "pointer" : "";
  };
  const choose = async (feature) => {
    if (!feature) return;
    if (!feature.properties.cluster) return open(feature.properties.id);
    const zoom = await map.getSource("cafes").getClusterExpansionZoom(feature.properties.cluster_id);
    map.easeTo({ center: feature.geometry.coordinates, zoom });
  };
  map.on("mousemove", (event) => say(at(event.point, 4)));
  map.on("mouseout", () => say(undefined));
  map.on("click", (event) => choose(at(event.point, 10)));
  const keyboard = map.getCanvas();
  keyboard.addEventListener("keydown", (event) => {
    if (event.key === "Enter") choose(centre());
  });
  keyboard.addEventListener("focus", () => keyboard.matches(":focus-visible") && say(centre()));
  map.on("moveend", () => keyboard.matches(":focus-visible") && say(centre()));
}
