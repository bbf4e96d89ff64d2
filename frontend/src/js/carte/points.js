// Communes too small to be seen at the scale of France: a dot on each one that a plan retains.
const SOURCE = "retenues";

const collection = (points) => ({
  type: "FeatureCollection",
  features: points.map(([code, lon, lat]) => ({
    type: "Feature",
    properties: { code },
    geometry: { type: "Point", coordinates: [lon, lat] },
  })),
});

export function marked(map, points, colors) {
  map.addSource(SOURCE, { type: "geojson", data: collection(points) });
  map.addLayer({
    id: SOURCE,
    type: "circle",
    source: SOURCE,
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 4, 2.4, 8, 5, 11, 8],
      "circle-color": colors["heat-5"],
      "circle-stroke-color": colors["map-land"],
      "circle-stroke-width": 1.2,
    },
  });
  return {
    move: (known) => map.getSource(SOURCE).setData(collection(known)),
    recolor: (roles) => {
      map.setPaintProperty(SOURCE, "circle-color", roles["heat-5"]);
      map.setPaintProperty(SOURCE, "circle-stroke-color", roles["map-land"]);
    },
  };
}
