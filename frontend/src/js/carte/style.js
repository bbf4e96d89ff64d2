// How the map is drawn: the roles of the site's style, read where they are declared.

const ROLES = ["map-land", "map-sea", "map-line", "line-strong", "text", "text-soft", "accent", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5"];
const LEVEL = ["feature-state", "level"];
export const LABEL_FONTS = ["Source Sans 3", "DejaVu Sans"];

export function readColors() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(ROLES.map((role) => [role, style.getPropertyValue(`--${role}`).trim()]));
}

// Unknown is hatched, never pale: a tile of diagonal lines.
export function hatch(colors) {
  const size = 12;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.fillStyle = colors["map-land"];
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = colors["line-strong"];
  pen.lineWidth = 1.6;
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 2, size + 2);
    pen.lineTo(shift + size + 2, -2);
  }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

// A plan: what is near is pale, what it brings is darker, who is left is the tile.
const PLAN = ["map-land", "heat-1", "heat-3", "heat-5", "accent"];

export function fillColor(colors, count) {
  if (count === "plan") {
    return ["match", LEVEL, ...PLAN.flatMap((role, level) => [level, colors[role]]), colors["map-sea"]];
  }
  const heat = count === 2 ? [1, 4] : [1, 2, 3, 4, 5].slice(0, count);
  return ["match", LEVEL, ...heat.flatMap((step, level) => [level, colors[`heat-${step}`]]), colors["map-sea"]];
}

export function mapStyle(tiles, colors, count) {
  const communes = { source: "tuiles", "source-layer": "communes" };
  return {
    version: 8,
    sources: { tuiles: { type: "vector", url: `pmtiles://${tiles}`, promoteId: { communes: "code" } } },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colors["map-sea"] } },
      { id: "unknown", type: "fill", ...communes, paint: { "fill-pattern": "hatch" } },
      {
        id: "communes",
        type: "fill",
        ...communes,
        paint: {
          "fill-color": fillColor(colors, count),
          "fill-opacity": ["case", ["==", LEVEL, -1], 0, 1],
          "fill-antialias": false,
        },
      },
      {
        id: "borders",
        type: "line",
        ...communes,
        minzoom: 8,
        // Outside the filter: neither colour nor borders, so that the palest class is not taken for it.
        paint: { "line-color": colors["map-line"], "line-width": 0.6, "line-opacity": ["case", ["==", LEVEL, null], 0, 1] },
      },
      {
        id: "departements",
        type: "line",
        source: "tuiles",
        "source-layer": "departements",
        paint: { "line-color": colors["line-strong"], "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.5, 9, 1.6] },
      },
      {
        id: "here",
        type: "line",
        ...communes,
        paint: {
          "line-color": colors.accent,
          "line-width": ["case", ["boolean", ["feature-state", "here"], false], 3, 0],
        },
      },
      {
        id: "labels",
        type: "symbol",
        source: "tuiles",
        "source-layer": "labels",
        minzoom: 9,
        layout: { "text-field": ["get", "name"], "text-font": LABEL_FONTS, "text-size": 13, "text-padding": 6 },
        paint: { "text-color": colors.text, "text-halo-color": colors["map-land"], "text-halo-width": 1.6 },
      },
    ],
  };
}

// Dark mode may come while the map is open.
export function recolor(map, colors, count) {
  map.setPaintProperty("sea", "background-color", colors["map-sea"]);
  map.setPaintProperty("communes", "fill-color", fillColor(colors, count));
  map.setPaintProperty("borders", "line-color", colors["map-line"]);
  map.setPaintProperty("departements", "line-color", colors["line-strong"]);
  map.setPaintProperty("here", "line-color", colors.accent);
  map.setPaintProperty("labels", "text-color", colors.text);
  map.setPaintProperty("labels", "text-halo-color", colors["map-land"]);
  map.updateImage("hatch", hatch(colors));
}
