// Reconciliation in the dashboard: runs and their outcomes, approvals, pauses, errors of components, the audit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './control_plane.mjs';
import { withDashboard } from './fixture.mjs';
import { PIPELINE, QUERY } from './pipelines.mjs';

let plane, page, faults;
const skip = withDashboard(async (started) => {
  ({ plane, page, faults } = started);
  await plane.ask('POST', '/api/servers', {
    id: 'orders',
    name: 'Orders',
    configuration: PIPELINE,
  });
});

const open = (tab) => page.goto(`${plane.url}/instances/orders/${tab}`);
const outcome = () => page.getByRole('status', { name: 'Outcome' });
const run = () => page.getByRole('button', { name: 'Run', exact: true }).click();
const patch = (change) =>
  plane.ask('PATCH', '/api/configuration/instances/orders', change, 'application/json-patch+json');

test('the error of a query shows on its node', skip, async () => {
  await plane.ask('POST', '/api/servers', {
    id: 'failing',
    name: 'Failing',
    platformOptions: { environment: { DRASI_SIM_FAIL_QUERY: 'late' } },
    configuration: {
      ...PIPELINE,
      queries: [QUERY, { ...QUERY, id: 'late', autoStart: false }],
    },
  });
  await plane.ask('POST', '/api/server/instances/failing/proxy/api/v1/queries/late/start', {}).catch(() => undefined); // it is meant to fail
  const { components } = await plane.ask('GET', '/api/server/instances/failing/runtime-status');
  const { errorMessage } = components.find(({ id }) => id === 'late');
  assert.ok(errorMessage);
  await page.goto(`${plane.url}/instances/failing/pipeline`);
  const node = page.getByRole('group', { name: 'query late, Error' });
  await node.getByText(errorMessage).waitFor();
  await node.click();
  await page.getByRole('alert').getByText(errorMessage).waitFor();
  await page.goto(`${plane.url}/instances/failing`);
  await page.getByRole('row', { name: /late/ }).getByText(errorMessage).waitFor();
});

test('every library of a server has its pipeline', skip, async () => {
  await plane.ask('POST', '/api/servers', {
    id: 'several',
    name: 'Several',
    configuration: {
      instances: [
        { id: 'one', ...PIPELINE },
        {
          id: 'two',
          ...PIPELINE,
          queries: [
            {
              ...QUERY,
              queryText: QUERY.queryText.replace('AS sensor', 'AS other'),
            },
          ],
        },
      ],
    },
  });
  await page.goto(`${plane.url}/instances/several/pipeline`);
  await page.getByText('Library two').waitFor();
  await page.getByRole('columnheader', { name: 'sensor' }).waitFor();
  await page.getByRole('group', { name: 'query readings, Running' }).nth(1).click();
  await page.getByRole('columnheader', { name: 'other' }).waitFor();
});

test('a run says what came of it', skip, async () => {
  await open('reconciliation');
  await run();
  await outcome().getByText('Nothing to do').waitFor();

  await plane.ask('PUT', '/api/reconciliation/instances/orders/policy', {
    autoReconcile: false,
  });
  await patch([{ op: 'replace', path: '/logLevel', value: 'debug' }]);
  await run();
  await outcome().getByText('Reconciled', { exact: true }).waitFor();

  const broken = { ...QUERY, id: 'broken', queryText: 'FIND (s) RETURN s' };
  await patch([{ op: 'add', path: '/queries/-', value: broken }]);
  await run();
  await outcome().getByText('Failed, and rolled back').waitFor();
  await outcome()
    .getByText(/broken/)
    .waitFor();
});

test('a run that takes long is followed to its end', skip, async () => {
  let asked = 0;
  await page.route('**/instances/orders/reconcile', (route) =>
    route.fulfill({ status: 202, json: { requestId: 'r1' } }),
  );
  await page.route('**/api/reconciliation/requests/r1*', (route) => {
    asked += 1;
    return asked < 3
      ? route.fulfill({ status: 202, json: { requestId: 'r1', state: 'Open' } })
      : route.fulfill({
          json: {
            result: 'Deferred',
            reason: 'outside the maintenance windows',
          },
        });
  });
  await run();
  await outcome().getByText('Going on').waitFor();
  await outcome().getByText('Deferred').waitFor();
  await outcome().getByText('outside the maintenance windows').waitFor();
  await page.unroute('**/api/reconciliation/requests/r1*');
  await page.route('**/api/reconciliation/requests/r1*', (route) =>
    route.fulfill({ status: 202, json: { requestId: 'r1', state: 'Open' } }),
  );
  await page.route('**/api/reconciliation/leases', (route) => route.fulfill({ json: [] }));
  await page.reload();
  await run();
  await outcome().getByText('No reconciler runs').waitFor();
  await page.unrouteAll();
  await page.reload();
});

test('a pause stores no half-made edit, and a resumed instance runs while the fleet is paused', skip, async () => {
  const own = async () => (await plane.ask('GET', '/api/reconciliation/instances/orders/policy')).own;
  const panel = page.locator('section', {
    has: page.getByRole('heading', { name: 'Policy' }),
  });
  await panel.getByLabel('Strategy', { exact: true }).selectOption('Canary');
  await panel.getByRole('button', { name: 'Pause reconciliation' }).click();
  await panel.getByRole('button', { name: 'Resume reconciliation' }).waitFor();
  assert.deepEqual(await own(), { autoReconcile: false, paused: true });
  assert.equal(await panel.getByLabel('Strategy', { exact: true }).inputValue(), 'Canary');
  await panel.getByRole('button', { name: 'Discard' }).click();
  await panel.getByRole('button', { name: 'Resume reconciliation' }).click();
  await panel.getByRole('button', { name: 'Pause reconciliation' }).waitFor();
  assert.deepEqual(await own(), { autoReconcile: false });

  await plane.ask('PUT', '/api/reconciliation/policy', {
    paused: true,
    pauseReason: 'freeze',
  });
  await page.reload();
  await panel.getByText('Paused with the fleet: freeze').waitFor();
  await panel.getByRole('button', { name: 'Resume reconciliation' }).click();
  await panel.getByText('The fleet is paused; this instance is not.').waitFor();
  assert.deepEqual(await own(), { autoReconcile: false, paused: false });
  await panel.getByRole('button', { name: 'As the fleet' }).click();
  await panel.getByText('Paused with the fleet').waitFor();
  await plane.ask('PUT', '/api/reconciliation/policy', {});
});

test('changes are rejected and approved', skip, async () => {
  await plane.ask('PUT', '/api/reconciliation/instances/orders/policy', {
    strategy: 'Manual',
  });
  const pending = () =>
    eventually('an approval', async () =>
      (await plane.ask('GET', '/api/reconciliation/approvals')).find(({ state }) => state === 'Pending'),
    );
  const state = async (id) => (await plane.ask('GET', `/api/reconciliation/approvals/${id}`)).state;

  await patch([{ op: 'replace', path: '/logLevel', value: 'warn' }]);
  const first = await pending();
  await page.goto(`${plane.url}/approvals`);
  await page.getByLabel('Comment').fill('not today');
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByText('“not today”').waitFor();
  assert.equal(await state(first.id), 'Rejected');

  await patch([{ op: 'replace', path: '/logLevel', value: 'error' }]);
  const second = await pending();
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByText('Nothing waits for approval').waitFor();
  await eventually('the change to be made', async () => (await state(second.id)) === 'Used');
  const { appliedRevision, configurationRevision } = await plane.ask('GET', '/api/server/instances/orders');
  assert.equal(appliedRevision, configurationRevision);
});

test('a change that waits is told where the instance shows, and approved there', skip, async () => {
  await patch([{ op: 'replace', path: '/logLevel', value: 'info' }]);
  const { configurationRevision } = await plane.ask('GET', '/api/server/instances/orders');
  await page.goto(`${plane.url}/instances/orders`);
  await page.getByText(`Revision ${configurationRevision} waits for approval`).waitFor();
  await page.getByRole('link', { name: 'See what changes, and decide' }).click();
  await page.getByText('Pending', { exact: true }).waitFor();
  await page.getByRole('cell', { name: '/logLevel' }).first().waitFor();
  await page.getByLabel('Comment').fill('go on');
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('button', { name: 'Approve' }).waitFor({ state: 'hidden' });
  await page.getByRole('tab', { name: 'History' }).click();
  await page
    .getByRole('row', { name: new RegExp(`Compare to revision ${configurationRevision}`) })
    .getByText('runs')
    .waitFor();
});

test('the audit is filtered by instance, outcome and person', skip, async () => {
  const rows = page.locator('tbody tr');
  await page.goto(`${plane.url}/audit`);
  await page.getByRole('searchbox', { name: 'Instance' }).fill('orders');
  await page.getByLabel('Outcome').selectOption('RolledBack');
  await eventually('the rows that match', async () => (await rows.count()) === 1);
  await rows.first().getByText('orders').waitFor();
  assert.match(page.url(), /outcome=RolledBack/);
  await page.getByLabel('Outcome').selectOption('');
  const people = await page.getByLabel('Person').locator('option').allInnerTexts();
  assert.ok(people.length > 1, people.join());
  await page.getByLabel('Person').selectOption({ index: 1 });
  await eventually('rows', async () => (await rows.count()) > 0);
  await page.getByRole('searchbox', { name: 'Instance' }).fill('nobody');
  await page.getByText('No such entry').waitFor();
});

test('nothing went wrong in the browser', skip, () => assert.deepEqual(faults, []));
