// Packs files so that the linker builds them into a program.
//
//   node pack.mjs OUTPUT_DIRECTORY FILES_DIRECTORY...
//
// Every file below each FILES_DIRECTORY becomes an asset named by its path there ("scalar/standalone.js"). Text is kept
// compressed, as gzip and as brotli; pages (.html) stay as they are, for the program fills in where it is served.
// Writes OUTPUT_DIRECTORY/assets.s, a table of records that src/api/embedded_assets.cpp reads. The same input gives the
// same bytes.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES = {
  '.css': ['text/css; charset=utf-8', true],
  '.html': ['text/html; charset=utf-8', false],
  '.ico': ['image/x-icon', true],
  '.js': ['text/javascript; charset=utf-8', true],
  '.png': ['image/png', false],
  '.svg': ['image/svg+xml', true],
  '.txt': ['text/plain; charset=utf-8', true],
  '.woff2': ['font/woff2', false],
};

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    })
    .sort();
}

function compressions(content) {
  return {
    gzip: gzipSync(content, { level: 9 }),
    brotli: brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 10,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  };
}

const [output, ...directories] = process.argv.slice(2).map((path) => resolve(path));
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

let data = '    .section .rodata\n';
let table =
  '    .section .data.rel.ro,"aw"\n    .balign 8\n    .globl draas_assets_begin\n    .hidden draas_assets_begin\ndraas_assets_begin:\n';
let labels = 0;

// Adds bytes, and a field of pointer and size that leads to them, to the table.
function field(directive) {
  const label = `.Lasset${labels++}`;
  data += `${label}:\n    ${directive}\n${label}_end:\n`;
  table += `    .quad ${label}, ${label}_end - ${label}\n`;
}
const text = (value) => field(`.ascii ${JSON.stringify(value)}`);
const nothing = () => (table += '    .quad 0, 0\n');
function bytes(content, suffix) {
  const file = join(output, `${labels}${suffix}`);
  writeFileSync(file, content);
  field(`.incbin ${JSON.stringify(file)}`);
}

for (const directory of directories) {
  for (const file of filesBelow(directory)) {
    const type = TYPES[extname(file)];
    if (!type) throw new Error(`${file}: add the media type of ${extname(file)} to TYPES in ${process.argv[1]}`);
    const [mediaType, compressible] = type;
    const content = readFileSync(file);
    text(relative(directory, file));
    text(mediaType);
    if (compressible) {
      const { gzip, brotli } = compressions(content);
      nothing();
      bytes(gzip, '.gz');
      bytes(brotli, '.br');
    } else {
      bytes(content, '.plain');
      nothing();
      nothing();
    }
  }
}

table += '    .globl draas_assets_end\n    .hidden draas_assets_end\ndraas_assets_end:\n';
writeFileSync(join(output, 'assets.s'), `${data}${table}    .section .note.GNU-stack,"",%progbits\n`);
