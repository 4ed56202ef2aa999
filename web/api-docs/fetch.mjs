// Downloads the packages that package-lock.json pins and unpacks them below ./node_modules of the current directory.
//
//   node fetch.mjs PACKAGE_LOCK NPM
//
// `npm ci` is not used: older releases of npm cannot read the overrides that keep other packages away.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

const [lockFile, npm] = process.argv.slice(2);
const { packages } = JSON.parse(readFileSync(lockFile, 'utf8'));

for (const [directory, { version, integrity }] of Object.entries(packages)) {
  if (!integrity) continue; // the project itself, or what an override replaced by nothing
  const name = directory.replace(/^node_modules\//, '');
  const options = ['--ignore-scripts', '--prefer-offline', '--loglevel=error', '--json'];
  const [{ filename }] = JSON.parse(execFileSync(npm, ['pack', `${name}@${version}`, ...options], { encoding: 'utf8' }));
  // Some releases of npm name the file of a scoped package after the package, some after the file that they wrote.
  const archive = filename.replace('@', '').replace('/', '-');
  const sum = 'sha512-' + createHash('sha512').update(readFileSync(archive)).digest('base64');
  if (sum !== integrity) throw new Error(`${name}@${version} is not what package-lock.json pins: ${sum}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  execFileSync('tar', ['-xzf', archive, '--strip-components=1', '-C', directory]);
  rmSync(archive);
}
