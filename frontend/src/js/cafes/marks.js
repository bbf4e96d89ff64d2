// The four marks of the legend, drawn for the map: shape first, colour second. The order is that of the columns.
export const KINDS = ["network", "independent", "mobile", "association"];
const SIDE = 20;
const SCALE = 2;
const SHAPES = {
  network: "M10 2.4a7.6 7.6 0 1 1 0 15.2 7.6 7.6 0 1 1 0-15.2Z",
  independent: "M3.2 3.2h13.6v13.6H3.2Z",
  mobile: "M10 2.2 18.4 17.2H1.6Z",
  association:
    "M10 1.6a4.3 4.3 0 0 1 4.1 5.6 4.3 4.3 0 1 1-2.9 7.7A4.3 4.3 0 0 1 10 18.4a4.3 4.3 0 0 1-1.2-3.5 4.3 4.3 0 1 1-2.9-7.7A4.3 4.3 0 0 1 10 1.6Z",
};

export function markImage(kind) {
  const style = getComputedStyle(document.documentElement);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = (SIDE + 2) * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.translate(1, 1);
  const shape = new Path2D(SHAPES[kind]);
  pen.lineWidth = 2.5;
  pen.lineJoin = "round";
  pen.strokeStyle = style.getPropertyValue("--kind-outline").trim();
  pen.stroke(shape);
  pen.fillStyle = style.getPropertyValue(`--kind-${kind}`).trim();
  pen.fill(shape);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

// How many cafés a cluster holds, on a disc that grows with it. Drawn: the map's own letters are too small here.
export function countImage(count) {
  const style = getComputedStyle(document.documentElement);
  const radius = 13 + 2 * count.length;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * radius * SCALE;
  const pen = canvas.getContext("2d");
  pen.scale(SCALE, SCALE);
  pen.fillStyle = style.getPropertyValue("--text").trim();
  pen.beginPath();
  pen.arc(radius, radius, radius, 0, 2 * Math.PI);
  pen.fill();
  pen.fillStyle = style.getPropertyValue("--page").trim();
  pen.font = `600 14px ${style.getPropertyValue("font-family") || "sans-serif"}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(count, radius, radius + 1);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
