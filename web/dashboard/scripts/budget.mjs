// Fails when what a browser loads before it shows the fleet is larger than the budget.
// Takes the manifest out of the files that are served.

import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = 300 * 1024;
const directory = new URL('../dist/dashboard/', import.meta.url);
const manifestFile = new URL('manifest.json', directory);
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));

const files = new Set(['index.html']);
function addChunk(name) {
  const chunk = manifest[name];
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const asset of chunk.assets ?? []) files.add(asset);
  for (const imported of chunk.imports ?? []) addChunk(imported);
}
addChunk('index.html');
// The start page is the fleet, which has a chunk of its own.
addChunk('src/views/fleet/FleetView.tsx');

let total = 0;
for (const file of files) total += gzipSync(readFileSync(new URL(file, directory)), { level: 9 }).length;
rmSync(manifestFile);
console.log(`First load: ${(total / 1024).toFixed(0)} KB compressed, of ${BUDGET / 1024} KB`);
if (total > BUDGET) {
  console.error('The first load is over its budget: split off what the fleet does not need.');
  process.exitCode = 1;
}
