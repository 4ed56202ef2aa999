// Writes the licences of the packages that are built into the program.
//
//   node notices.mjs OUTPUT (PACKAGE_LOCK DIRECTORY)...
//
// DIRECTORY holds the node_modules of that lock file. Packages of development are left out, and so are types: nothing of
// them reaches a browser. Fails for a package whose licence is not known.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const IS_NOTICE = /^(licen[cs]e|copying|notice)|\.license\.txt$/i;

function texts(directory, { name, license, author }) {
  const files = readdirSync(directory, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && IS_NOTICE.test(entry.name),
  );
  const found = files.map((entry) => readFileSync(join(directory, entry.name), 'utf8').trim());
  if (found.length > 0) return [...new Set(found)];
  if (license !== 'MIT')
    throw new Error(`${name} has no licence text and is under '${license}'; add the text of it here`);
  // Published without its text.
  const holder = typeof author === 'object' ? author.name : author;
  return [`Copyright (c) ${holder ?? `the authors of ${name}`}\n\n${MIT}`];
}

const [output, ...pairs] = process.argv.slice(2);
const notices = new Map();
for (let at = 0; at < pairs.length; at += 2) {
  const { packages } = JSON.parse(readFileSync(pairs[at], 'utf8'));
  for (const [path, { dev, integrity }] of Object.entries(packages)) {
    if (dev || !integrity || path.startsWith('node_modules/@types/')) continue;
    const directory = join(pairs[at + 1], path);
    if (!existsSync(directory)) continue; // for another platform
    const about = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    notices.set(`${about.name} ${about.version} (${about.license})`, texts(directory, about));
  }
}

const rule = '-'.repeat(80);
const body = [...notices]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([title, found]) => `${rule}\n${title}\n${rule}\n\n${found.join('\n\n')}\n`);
const head = `What browsers load from DRaaS contains the following packages, under the licences of their authors.\n`;
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${[head, ...body].join('\n')}`);
