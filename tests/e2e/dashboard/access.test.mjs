// The connection to the control plane: a key that it asks for, logs that go on after it was away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './control_plane.mjs';
import { withDashboard } from './fixture.mjs';
import { PIPELINE, QUERY, SOURCE } from './pipelines.mjs';

let plane, page;
const skip = withDashboard((started) => {
  ({ plane, page } = started);
});

test('a log goes on after the control plane was away, with every line once', skip, async () => {
  await plane.ask('POST', '/api/servers', {
    id: 'orders',
    name: 'Orders',
    configuration: {
      ...PIPELINE,
      sources: [{ ...SOURCE, intervalMs: 1000 }],
      queries: [{ ...QUERY, queryText: `${QUERY.queryText}, s.temperature AS temperature` }], // always another
    },
  });
  const written = async () => {
    const log = await fetch(`${plane.url}/api/server/instances/orders/logs?tail=all`);
    return (await log.text()).split('\n').length - 1;
  };
  const shown = async () => Number.parseInt(await page.getByText(/^\d+ lines$/).innerText(), 10);
  await page.goto(`${plane.url}/instances/orders/logs`);
  await eventually('the log', async () => (await shown()) > 10);
  const before = await shown();
  assert.ok(before < 450, `${before} lines: too many to have begun with all of them`);
  await plane.kill();
  await page.getByText('The control plane does not answer').first().waitFor();
  await new Promise((resolve) => setTimeout(resolve, 2500)); // the instance goes on to write meanwhile
  await plane.launch();
  await page.locator('[data-connection=open]').waitFor();
  await eventually('the log to go on', async () => (await shown()) > before + 5);
  await eventually('as many lines as were written', async () => {
    const [least, here, most] = [await written(), await shown(), await written()];
    return least <= here && here <= most;
  });
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('may be missing');
  await page.getByText(/^0 of \d+ lines$/).waitFor();
});

// The control plane knows no keys yet: what stands between it and the browser asks for one.
test('a key that is asked for is entered, kept and forgotten', skip, async () => {
  await page.route('**/api/**', (route) => {
    const key = route.request().headers()['x-api-key'];
    if (key === 'sesame') return route.continue();
    const problem = { title: 'Unauthenticated', status: 401, detail: key ? 'The key is wrong' : 'A key is needed' };
    return route.fulfill({ status: 401, contentType: 'application/problem+json', json: problem });
  });
  await page.goto(plane.url);
  await page.getByText('A key is needed').waitFor();
  await page.getByText('The control plane refuses the connection').waitFor();
  await page.getByRole('link', { name: 'Enter it in the settings' }).click();
  const field = page.getByLabel('API key', { exact: true });
  await field.fill('open');
  await field.press('Enter');
  await page.getByText('The key is wrong').first().waitFor();
  await field.fill('sesame');
  await field.press('Enter');
  await page.locator('[data-connection=open]').waitFor();
  await page.getByRole('link', { name: 'Fleet' }).click();
  await page.getByRole('link', { name: 'Orders' }).waitFor();
  await page.reload();
  await page.getByRole('link', { name: 'Orders' }).waitFor();
  await page.goto(`${plane.url}/settings`);
  await page.getByRole('button', { name: 'Forget' }).click();
  await page.getByText('The control plane refuses the connection').waitFor();
});
