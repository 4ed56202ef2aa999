// Writes src/api/schema.ts from an OpenAPI document, or says that it is stale.
//
//   node scripts/types.mjs OPENAPI_JSON [--check SCHEMA_TS]
//
// `draas config openapi` prints the document. Second names of routes, the pages and the pass-through routes are left out:
// the dashboard uses one name for one thing.

import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const [documentFile, mode, checked] = process.argv.slice(2);
const document = JSON.parse(readFileSync(documentFile, 'utf8'));

const isAlias = (operation) => operation.description?.startsWith('The same as `');
for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    if (isAlias(operation) || operation.tags?.includes('Documentation')) delete operations[method];
    else {
      // Every error is a problem document; src/api/client.ts knows that.
      for (const status of Object.keys(operation.responses)) {
        if (operation.responses[status].$ref) delete operation.responses[status];
      }
    }
  }
  if (Object.keys(operations).length === 0 || path.includes('/proxy/')) delete document.paths[path];
}
delete document.components.responses;

const types = astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false }));
const text = `// Generated from the OpenAPI document by scripts/types.mjs; \`scripts/dashboard types\` makes it anew.\n\n${types}`;

if (mode === '--check') {
  if (readFileSync(checked, 'utf8') === text) {
    console.log('The types of the dashboard are those of the API.');
  } else {
    console.error(`${checked} is not what the API is now. Run: scripts/dashboard types`);
    process.exitCode = 1;
  }
} else {
  writeFileSync(new URL('../src/api/schema.ts', import.meta.url), text);
}
