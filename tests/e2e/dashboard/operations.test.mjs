// What operators do in the dashboard: policies, webhooks, a second workload and its traffic.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
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
    configuration: PIPELINE,
  });
});

const save = async () => {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('The policy is stored').last().waitFor();
};

test("the fleet's policy is edited, with a maintenance window by the keyboard alone", skip, async () => {
  await page.goto(`${plane.url}/policy`);
  await page.getByLabel('Strategy', { exact: true }).selectOption('BlueGreen');
  await page.getByLabel('Parameters of the strategy').fill('watch: 2m');
  const add = page.getByRole('button', { name: 'Add a window' });
  await add.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Window 1: Sat Sun 22:00–04:00 UTC' }).waitFor();
  for (let presses = 0; presses < 30; ++presses) {
    await page.keyboard.press('Shift+Tab');
    if (await page.getByRole('checkbox', { name: 'Fri' }).evaluate((chip) => chip === document.activeElement)) break;
  }
  await page.keyboard.press('Space');
  await page.getByRole('textbox', { name: 'Time zone' }).fill('+02:00');
  await page.getByRole('textbox', { name: 'Time zone' }).press('Enter');
  await page.getByText('The policy is stored').waitFor();
  const { own } = await plane.ask('GET', '/api/reconciliation/policy');
  assert.deepEqual(own, {
    strategy: 'BlueGreen',
    parameters: { watch: '2m' },
    windows: [
      {
        days: ['Fri', 'Sat', 'Sun'],
        from: '22:00',
        to: '04:00',
        timeZone: '+02:00',
      },
    ],
  });
});

test('a fault in a policy is told, and what somebody else stored meanwhile is not overwritten', skip, async () => {
  await page.getByLabel('Wait before the next attempt').fill('soon');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('alert').getByText('retryDelay').first().waitFor();
  await page.getByLabel('Wait before the next attempt').fill('');
  // As another browser would, in the moment before the event reaches this one.
  await page.route('**/api/reconciliation/policy', async (route) => {
    if (route.request().method() === 'PUT')
      await route.continue({
        headers: { ...route.request().headers(), 'if-match': '"999"' },
      });
    else await route.continue();
  });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page
    .getByRole('alert')
    .getByText(/changed|version|newer/i)
    .first()
    .waitFor();
  await page.unroute('**/api/reconciliation/policy');
  await page.reload();
  await page.getByRole('button', { name: 'Remove window 1' }).click();
  await page.getByLabel('Strategy', { exact: true }).selectOption('');
  await page.getByLabel('Parameters of the strategy').fill('');
  await save();
  assert.deepEqual((await plane.ask('GET', '/api/reconciliation/policy')).own, {});
});

test('an instance has a policy of its own', skip, async () => {
  await page.goto(`${plane.url}/instances/orders/reconciliation`);
  const panel = page.locator('section', {
    has: page.getByRole('heading', { name: 'Policy' }),
  });
  await panel.getByLabel('Strategy', { exact: true }).selectOption('Manual');
  await panel.getByLabel('When a change fails').selectOption('no');
  await save();
  const { own } = await plane.ask('GET', '/api/reconciliation/instances/orders/policy');
  assert.deepEqual(own, { strategy: 'Manual', autoRollback: false });
});

test('a webhook is created, tested, edited and deleted', skip, async () => {
  const received = [];
  const receiver = createServer((request, response) => {
    received.push(request.headers);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    const address = `http://127.0.0.1:${receiver.address().port}/hook`;
    await page.goto(`${plane.url}/webhooks`);
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByRole('dialog').getByLabel('Address').fill(address);
    await page.getByRole('dialog').getByLabel('Secret', { exact: true }).fill('signs');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: address }).waitFor();
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('The test was delivered').waitFor();
    assert.match(received[0]['x-draas-signature'], /^sha256=/);

    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').getByLabel('Instances').fill('team=shop');
    await page.getByRole('dialog').getByLabel('Do not sign any more').check();
    await page.getByRole('dialog').getByLabel('Enabled').uncheck();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Disabled', { exact: true }).waitFor();
    const [hook] = await plane.ask('GET', '/api/webhooks');
    assert.deepEqual([hook.url, hook.selector, hook.signed, hook.enabled], [address, 'team=shop', false, false]);

    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No webhook yet').waitFor();
  } finally {
    receiver.close();
  }
});

test('a standby is started, gets traffic, is promoted and gone back from, and ended', skip, async () => {
  await plane.ask(
    'PATCH',
    '/api/configuration/instances/orders',
    { logLevel: 'debug' },
    'application/merge-patch+json',
  );
  await page.goto(`${plane.url}/instances/orders/traffic`);
  await page.getByRole('button', { name: 'Open a front port' }).click();
  await page.getByRole('button', { name: 'Close the front port' }).waitFor();
  await page.getByRole('button', { name: 'Start a standby' }).click();
  await page.getByRole('dialog').getByLabel('Revision').selectOption('2');
  await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
  await page.getByRole('heading', { name: 'Standby: candidate' }).waitFor();

  const share = page.getByRole('status').filter({ hasText: 'Standby, revision 2' });
  await share.getByText('0 %').waitFor();
  await page.getByLabel('To the standby, in percent').fill('10');
  await page.keyboard.press('Enter');
  await share.getByText('10 %').waitFor();
  await page.getByRole('button', { name: '50 %' }).click();
  await share.getByText('50 %').waitFor();
  for (let request = 0; request < 10; ++request)
    await plane.ask('GET', '/api/server/instances/orders/proxy/api/v1/queries');
  await page.getByText('5 proxied, 0 failed').first().waitFor();

  await page.getByRole('button', { name: 'Promote' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click();
  await page.getByRole('heading', { name: 'Standby: what was active before' }).waitFor();
  await page.getByText('Active, revision 2').waitFor();
  await page.getByRole('button', { name: 'Go back to it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click();
  await page.getByText('Active, revision 1').waitFor();
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await page.getByRole('button', { name: 'Start a standby' }).waitFor();
  const { standby } = await eventually('no standby', () => plane.ask('GET', '/api/server/instances/orders/workloads'));
  assert.equal(standby, null);
});

test('the licences of what the page is made of are there', skip, async () => {
  await page.goto(`${plane.url}/settings`);
  const link = page.getByRole('link', {
    name: 'Licences of what this page is made of',
  });
  const notices = await fetch(await link.evaluate((element) => element.href));
  assert.equal(notices.headers.get('Content-Type'), 'text/plain; charset=utf-8');
  const text = await notices.text();
  for (const name of ['react ', '@mantine/core ', '@codemirror/view ', 'swagger-ui-dist ', '@scalar/api-reference '])
    assert.ok(text.includes(`\n${name}`), name);
});

test('nothing went wrong in the browser', skip, () => assert.deepEqual(faults, []));
