// A control plane of its own for a test: real program, real drasi-sim processes, free ports, a fresh directory.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { DRAAS_TEST_DRAAS: draas, DRAAS_TEST_DRASI_SIM: drasiSim } = process.env;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Asks until `check` answers something, or says what it waited for.
export async function eventually(what, check, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const found = await check();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waited ${seconds} s for ${what}${last ? `: ${last.message}` : ''}`);
}

export class ControlPlane {
  // `base`: prefix of every path. `firstPort`: of 200 for the instances.
  static async start({ base = '', firstPort = 24000, port } = {}) {
    const plane = new ControlPlane();
    plane.directory = mkdtempSync(join(tmpdir(), 'draas-dashboard-'));
    plane.port = port ?? (await freePort());
    plane.base = base;
    plane.url = `http://127.0.0.1:${plane.port}${base}`;
    plane.firstPort = firstPort;
    await plane.launch();
    return plane;
  }

  async launch() {
    const log = openSync(join(this.directory, 'draas.log'), 'a');
    const settings = [
      `--Server:Urls=http://127.0.0.1:${this.port}`,
      `--Server:PathBase=${this.base}`,
      `--DataDirectory=${join(this.directory, 'data')}`,
      `--ProcessInstanceManager:ExecutablePath=${drasiSim}`,
      `--Ports:First=${this.firstPort}`,
      `--Ports:Last=${this.firstPort + 6000}`,
    ];
    this.process = spawn(draas, ['server', '--with-reconciler', ...settings], {
      cwd: this.directory,
      stdio: ['ignore', log, log],
    });
    this.ended = once(this.process, 'exit');
    try {
      await eventually('the control plane', async () => (await fetch(`${this.url}/ready`)).ok);
    } catch (error) {
      throw new Error(`${error.message}\n${readFileSync(join(this.directory, 'draas.log'), 'utf8')}`, { cause: error });
    }
  }

  async ask(method, path, body, type = 'application/json') {
    const options = { method };
    if (body !== undefined) {
      options.headers = { 'Content-Type': type };
      options.body = typeof body === 'string' ? body : JSON.stringify(body);
    }
    const response = await fetch(this.url + path, options);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  async stop() {
    try {
      await this.ask('POST', '/api/server/instances:delete', { all: true });
    } finally {
      this.process.kill('SIGINT');
      await this.ended;
      rmSync(this.directory, { recursive: true, force: true });
    }
  }
}
