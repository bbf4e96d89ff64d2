// Makes public/sprite.svg: the icons named in src/icons/names.txt, from Phosphor, and our own marks.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const icons = join(here, "../node_modules/@phosphor-icons/core/assets");

// "check-bold" and "coffee-fill" live in the folders of their weights; the rest are regular.
const weight = (name) => name.match(/-(thin|light|bold|fill|duotone)$/)?.[1] ?? "regular";
const symbol = (name) => {
  const svg = readFileSync(join(icons, weight(name), `${name}.svg`), "utf8");
  const inner = svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="i-${name}" viewBox="0 0 256 256">${inner}</symbol>`;
};

const names = readFileSync(join(here, "../src/icons/names.txt"), "utf8").split(/\s+/).filter(Boolean);
const marks = readFileSync(join(here, "../src/icons/marks.svg"), "utf8").trim();
mkdirSync(join(here, "../public"), { recursive: true });
writeFileSync(
  join(here, "../public/sprite.svg"),
  `<svg xmlns="http://www.w3.org/2000/svg">${names.map(symbol).join("")}${marks}</svg>\n`,
);
