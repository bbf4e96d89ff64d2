// Every file of src/entries is an entry point; the manifest tells Django the hashed names.
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const entries = resolve(import.meta.dirname, "src/entries");

export default defineConfig({
  base: "/static/",
  publicDir: "public",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0, // the CSP allows no data: font, and a hashed file is cached for ever
    target: ["chrome105", "firefox121", "safari15.4"],
    rollupOptions: { input: readdirSync(entries).map((name) => resolve(entries, name)) },
  },
  worker: { format: "es" },
});
