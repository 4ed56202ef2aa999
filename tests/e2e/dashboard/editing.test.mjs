// What people enter: settings of an instance, copies, uploads, forms for components; and that nothing of it is lost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './control_plane.mjs';
import { withDashboard } from './fixture.mjs';
import { PIPELINE } from './pipelines.mjs';

let plane, page, faults;
const skip = withDashboard(async (started) => {
  ({ plane, page, faults } = started);
  await plane.ask('POST', '/api/servers', {
    id: 'orders',
    name: 'Orders',
    description: 'All of them',
    metadata: { env: 'prod', note: 'a, b', 'draas.source': 'apply' },
    restartPolicy: 'Always',
    limits: { openFiles: 4096 },
    platformOptions: { environment: { MODE: 'fast' } },
    frontPort: 'auto',
    configuration: PIPELINE,
  });
});

const dialog = () => page.getByRole('dialog');
const editor = () => page.getByRole('textbox', { name: 'Configuration' });
const instance = (id) => plane.ask('GET', `/api/server/instances/${id}`);

test('settings are changed, with faults at their fields', skip, async () => {
  await page.goto(`${plane.url}/instances/orders/settings`);
  await page.getByLabel('Description').fill('Only the large ones');
  await page.getByLabel('Labels').fill('env=test, note="c, d"');
  await page.getByLabel('Memory at most').fill('much');
  await page.getByText('A size, such as 512 MiB').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Save' }).isDisabled(), true);
  await page.getByLabel('Memory at most').fill('512 MiB');
  await page.getByLabel(/Options of the platform/).fill('colour: red');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/colour: unknown/).waitFor();
  await page.getByLabel(/Options of the platform/).fill('environment: {MODE: slow}');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Stored. It holds from the next restart').waitFor();
  const { description, metadata, limits, platformOptions, restartPolicy } = await instance('orders');
  assert.equal(description, 'Only the large ones');
  assert.deepEqual(metadata, {
    env: 'test',
    note: 'c, d',
    'draas.source': 'apply',
  });
  assert.deepEqual(limits, { memoryBytes: 512 * 1024 * 1024, openFiles: 4096 });
  assert.deepEqual(platformOptions, { environment: { MODE: 'slow' } });
  assert.equal(restartPolicy, 'Always');
});

test('what somebody else changed meanwhile is told, and what only happened is not', skip, async () => {
  await page.getByLabel('Name').fill('Large orders');
  await plane.ask('POST', '/api/server/instances/orders/restart'); // its state is another, its settings are not
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: 'Large orders' }).waitFor();
  await page.getByLabel('Name').fill('Mine');
  await plane.ask('PATCH', '/api/server/instances/orders', {
    description: 'Theirs',
  });
  await page.getByText('Somebody else changed the settings meanwhile').waitFor();
  await page.getByRole('button', { name: 'Take theirs, drop mine' }).click();
  assert.equal(await page.getByLabel('Description').inputValue(), 'Theirs');
  assert.equal(await page.getByLabel('Name').inputValue(), 'Large orders');
});

test('a move names what is missing, and asks before it is done', skip, async () => {
  const platforms = await plane.ask('GET', '/api/server/platforms');
  const docker = platforms.map((each) => (each.platformType === 'Docker' ? { ...each, available: true } : each));
  await page.route('**/api/server/platforms', (route) => route.fulfill({ json: docker }));
  let asked;
  await page.route('**/instances/orders/reconcile', (route) => {
    asked = route.request().postDataJSON();
    return route.fulfill({
      json: { instanceId: 'orders', result: 'Failed', error: 'no engine' },
    });
  });
  await page.reload();
  const panel = page.locator('section', {
    has: page.getByRole('heading', { name: 'Move to another platform' }),
  });
  await panel.getByRole('textbox', { name: 'Platform' }).click();
  await page.getByRole('option', { name: 'Docker' }).click();
  await panel.getByRole('button', { name: 'Move' }).click();
  await dialog().getByText('Its address changes').waitFor();
  await dialog().getByRole('button', { name: 'Move' }).click();
  await panel.getByText('no engine').waitFor();
  await panel.getByText('Failed', { exact: true }).waitFor();
  assert.deepEqual(asked, {
    strategy: 'Migrate',
    parameters: { platform: 'Docker' },
  });
  await page.unrouteAll();
});

test('a clone has the settings of the original, and nothing that is its own', skip, async () => {
  await plane.ask('PATCH', '/api/configuration/instances/orders', {
    id: 'orders-server',
  });
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Clone' }).click();
  await page.getByText('Valid', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  assert.equal(await page.getByLabel('Labels').inputValue(), 'env=test, note="c, d"');
  await page.getByRole('button', { name: 'Create and start' }).click();
  await page.getByRole('heading', { level: 1, name: 'Large orders copy' }).waitFor();
  const [original, copy] = [await instance('orders'), await instance('large-orders-copy')];
  assert.deepEqual(copy.metadata, { env: 'test', note: 'c, d' });
  for (const key of ['description', 'limits', 'restartPolicy', 'platformOptions', 'platformType'])
    assert.deepEqual(copy[key], original[key], key);
  assert.equal(typeof copy.frontPort, 'number');
  assert.notEqual(copy.frontPort, original.frontPort);
  const { id, port } = await plane.ask('GET', '/api/configuration/instances/large-orders-copy');
  assert.equal(id, undefined);
  assert.notEqual(port, (await plane.ask('GET', '/api/configuration/instances/orders')).port);
});

test('a name that is free is suggested, and an id that is taken is marked at once', skip, async () => {
  await plane.ask('POST', '/api/server/instances', { id: 'hello-world', name: 'Hello world' });
  await page.goto(`${plane.url}/new?template=hello-world`);
  await page.getByRole('button', { name: 'Continue' }).click();
  const create = page.getByRole('button', { name: 'Create and start' });
  const id = page.getByLabel('Id', { exact: true });
  assert.equal(await page.getByLabel('Name').inputValue(), 'Hello world 2');
  await id.fill('orders');
  await page.getByText('orders is taken; orders-2 is free').waitFor();
  assert.equal(await create.isDisabled(), true);
  await id.fill('-');
  await page.getByText('a letter or digit first').waitFor();
  await id.fill('');
  assert.equal(await create.isEnabled(), true);

  // Somebody else was faster.
  await page.route('**/api/server/instances', (route) => {
    const problem = { title: 'It exists already', detail: 'It exists', errors: [{ path: '/id', message: 'is taken' }] };
    return route.request().method() === 'POST' ? route.fulfill({ status: 409, json: problem }) : route.continue();
  });
  await page.setViewportSize({ width: 1366, height: 420 });
  await create.click();
  await page.getByRole('alert').getByText('It exists', { exact: true }).waitFor();
  const { top, bottom } = await page.getByRole('alert').evaluate((alert) => alert.getBoundingClientRect());
  assert.ok(top >= 0 && bottom <= 420, `the alert is at ${top} to ${bottom}`);
  assert.equal(await id.getAttribute('aria-invalid'), 'true');
  await page.setViewportSize({ width: 1366, height: 860 });
  await page.unrouteAll();
  await id.fill('another');
  await page.getByRole('alert').waitFor({ state: 'hidden' });
  await create.click();
  await page.getByRole('heading', { level: 1, name: 'Hello world 2' }).waitFor();
  assert.equal((await instance('another')).status, 'Running');
});

const EXPORTED = `apiVersion: draas/v1
kind: Instance
metadata:
  name: Returns
  id: returns
  labels: {env: dev}
spec:
  desiredState: Stopped
  restartPolicy: Never
  reconciliation: {strategy: Manual}
  configuration:
    sources: [{kind: mock, id: s}]
---
apiVersion: draas/v1
kind: Instance
metadata: {name: other}
spec: {}
`;

const uploadFile = async (name, text) => {
  await page.goto(`${plane.url}/new`);
  const choosing = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload YAML' }).click();
  await (await choosing).setFiles({ name, mimeType: 'application/yaml', buffer: Buffer.from(text) });
};

test('what draas export wrote is uploaded', skip, async () => {
  await uploadFile('fleet.yaml', EXPORTED);
  await page.getByText('The file holds 2 instances').waitFor();
  await page.getByRole('button', { name: 'Returns' }).click();
  await page.getByText('Valid', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Returns' }).waitFor();
  const { metadata, restartPolicy, status } = await instance('returns');
  assert.deepEqual([metadata, restartPolicy, status], [{ env: 'dev' }, 'Never', 'Created']);
  const { own } = await plane.ask('GET', '/api/reconciliation/instances/returns/policy');
  assert.deepEqual(own, { strategy: 'Manual' });
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('There is only one revision yet').waitFor();
  assert.equal(await page.getByRole('radio').count(), 0);
});

test('a configuration of drasi-server is uploaded', skip, async () => {
  await uploadFile('stock.yaml', 'sources: # one\n  - kind: mock\n    id: thermometers\n');
  await page.getByText('Valid', { exact: true }).waitFor();
  assert.match(await editor().innerText(), /# one/);
  await page.getByRole('button', { name: 'Continue' }).click();
  assert.equal(await page.getByLabel('Name').inputValue(), 'stock');
  await uploadFile('wrong.yaml', 'apiVersion: draas/v2\nkind: Fleet\n');
  await page.getByText('Could not read the file').waitFor();
});

test('an instance is made without writing YAML', skip, async () => {
  await page.goto(`${plane.url}/new?template=empty`);
  const add = async (what) => {
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('menuitem', { name: `Add a ${what}` }).click();
  };
  const done = () => dialog().getByRole('button', { name: 'Add', exact: true }).click();
  await add('source');
  await dialog().getByLabel('Id').fill('sensors');
  await done();
  await add('query');
  await dialog().getByLabel('Id').fill('readings');
  await dialog().getByRole('textbox', { name: 'Sources that it reads' }).click();
  await page.getByRole('option', { name: 'sensors' }).click();
  await page.keyboard.press('Tab');
  await dialog().getByLabel('Query').fill('MATCH (s:SensorReading) RETURN s.sensor_id AS sensor');
  await done();
  await add('reaction');
  await dialog().getByLabel('Id').fill('print');
  await dialog().getByRole('textbox', { name: 'Queries that it reacts to' }).click();
  await page.getByRole('option', { name: 'readings' }).click();
  await page.keyboard.press('Tab');
  await done();
  await page.getByText('Valid', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Name').fill('No code');
  await page.getByRole('button', { name: 'Create and start' }).click();
  await page.getByRole('columnheader', { name: 'sensor' }).waitFor();
  const { queries, reactions } = await plane.ask('GET', '/api/configuration/instances/no-code');
  assert.deepEqual(queries[0].sources, [{ sourceId: 'sensors' }]);
  assert.deepEqual(reactions[0].queries, ['readings']);
});

test('edits that are not stored are asked about before they are left', skip, async () => {
  const leave = dialog().getByText('Leave without saving?');
  await page.goto(`${plane.url}/instances/orders/configuration`);
  await editor().waitFor();
  await page.getByText('Valid', { exact: true }).waitFor();
  const { height } = await page.locator('.yaml-editor').boundingBox();
  assert.ok(height > 500, `of a window of 860 pixels the editor has ${height}`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollHeight), 860);
  await editor().click();
  await page.keyboard.insertText('# mine\n');
  await page.getByRole('tab', { name: 'History' }).click();
  await leave.waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  assert.match(await editor().innerText(), /# mine/);
  await page.getByRole('link', { name: 'Events' }).click();
  await leave.waitFor();
  await dialog().getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('heading', { level: 1, name: 'Events' }).waitFor();

  for (const [path, edit] of [
    ['/instances/orders/settings', () => page.getByLabel('Description').fill('x')],
    ['/instances/orders/reconciliation', () => page.getByLabel('When a change fails').selectOption('no')],
    ['/policy', () => page.getByLabel('When a change fails').selectOption('no')],
    ['/rollouts/new', () => page.getByLabel('Name').fill('x')],
    ['/new?template=empty', () => editor().pressSequentially('# x')],
  ]) {
    await page.goto(plane.url + path);
    await edit();
    await page.getByRole('link', { name: 'Workers' }).click();
    await leave.waitFor();
    await dialog().getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { level: 1, name: 'Workers' }).waitFor();
  }
  // The browser itself asks when the page is closed or loaded anew.
  await page.goto(`${plane.url}/policy`);
  await page.getByLabel('When a change fails').selectOption('no');
  let asked = 0;
  page.once('dialog', (question) => {
    asked += question.type() === 'beforeunload' ? 1 : 0;
    void question.accept();
  });
  await page.reload();
  assert.equal(asked, 1);
});

test('a check that fails keeps nobody from saving, and heals', skip, async () => {
  await page.goto(`${plane.url}/instances/large-orders-copy/configuration`);
  await page.getByText('Valid', { exact: true }).waitFor();
  await page.route('**/validate', (route) =>
    route.fulfill({
      status: 503,
      json: { title: 'Busy', detail: 'Too busy' },
    }),
  );
  await editor().click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.insertText('# later\n');
  await page.getByText('Not checked yet: Too busy').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Review and save' }).isEnabled(), true);
  await page.unrouteAll();
  await page.getByText('Valid', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
});

test('a roll back shows what it changes', skip, async () => {
  await plane.ask('PATCH', '/api/configuration/instances/orders?wait=10s', {
    logLevel: 'debug',
  });
  await page.goto(`${plane.url}/instances/orders/history`);
  await page.getByRole('button', { name: 'Roll back' }).last().click();
  await dialog().locator('.yaml-diff', { hasText: 'debug' }).waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
});

test('a restart is asked about; a tab that is none is not found', skip, async () => {
  const { generation } = await plane.ask('GET', '/api/server/instances/orders/runtime-status');
  await page.getByRole('button', { name: 'Restart' }).click();
  await dialog().getByRole('button', { name: 'Restart' }).click();
  await eventually('another generation', async () => {
    const now = await plane.ask('GET', '/api/server/instances/orders/runtime-status');
    return now.generation > generation;
  });
  await page.goto(`${plane.url}/instances/orders/nothing`);
  await page.getByText('There is no such view').waitFor();
});

test('nothing went wrong in the browser', skip, () => assert.deepEqual(faults, []));
