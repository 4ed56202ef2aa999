// Many instances at once: selection and filters, bulk operations of which one fails, rollouts for what is chosen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './control_plane.mjs';
import { withDashboard } from './fixture.mjs';
import { PIPELINE, SOURCE } from './pipelines.mjs';

let plane, page, faults;
const skip = withDashboard(async (started) => {
  ({ plane, page, faults } = started);
  for (let index = 0; index < 12; ++index) {
    await plane.ask('POST', '/api/server/instances', {
      id: `instance-${index}`,
      name: `Instance ${index}`,
      metadata: { env: index < 4 ? 'prod' : 'dev', 'draas.source': 'apply' },
      restartPolicy: 'Never',
      configuration: index === 2 ? { sources: [{ ...SOURCE, sim: { failStart: 'no route' } }] } : PIPELINE,
    });
  }
});

const dialog = () => page.getByRole('dialog');
const bar = () => page.getByRole('group', { name: 'Actions on what is selected' });
const select = (name) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check();
const all = () => page.getByRole('checkbox', { name: 'Select all that show' });

test('a selection never hides behind the filters', skip, async () => {
  await page.goto(plane.url);
  await select('Instance 1');
  await select('Instance 5');
  await page.getByRole('textbox', { name: 'Label selector' }).fill('env=prod');
  await bar().getByText('2 instances selected, 1 hidden by filters').waitFor();
  assert.equal(await all().isChecked(), false);
  await all().check();
  await bar().getByText('5 instances selected, 1 hidden by filters').waitFor();
  assert.equal(await all().isChecked(), true);
  await bar().getByRole('button', { name: 'Drop the hidden' }).click();
  await bar().getByText('4 instances selected', { exact: true }).waitFor();
});

test('columns are checked in a menu that stays open, and all of the usual ones fit', skip, async () => {
  const header = (name) => page.getByRole('columnheader', { name });
  await page.setViewportSize({ width: 1280, height: 800 });
  const cut = await page.getByTestId('fleet-scroller').evaluate((table) => table.scrollWidth - table.clientWidth);
  assert.equal(cut, 0);
  await page.setViewportSize({ width: 1366, height: 860 });
  await page.getByRole('button', { name: 'Columns' }).click();
  const item = (name) => page.getByRole('menuitemcheckbox', { name });
  assert.equal(await item('Status').getAttribute('aria-checked'), 'true');
  for (const name of ['Health', 'Restarts']) {
    assert.equal(await item(name).getAttribute('aria-checked'), 'false');
    await item(name).click();
    await header(name).waitFor();
    assert.equal(await item(name).getAttribute('aria-checked'), 'true');
  }
  for (const name of ['Health', 'Restarts']) await item(name).click();
  await header('Health').waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape');
  await item('Health').waitFor({ state: 'hidden' });
});

test('of many, one fails: it stays selected, and says why', skip, async () => {
  await bar().getByRole('button', { name: 'Start', exact: true }).click();
  for (const index of [0, 1, 2, 3]) await dialog().getByText(`instance-${index}`, { exact: true }).waitFor();
  await dialog().getByRole('button', { name: 'Start', exact: true }).click();
  const told = page.getByRole('alert').filter({ hasText: 'start: 1 of 4 failed' });
  await told.getByText(/instance-2: .*did not become ready/).waitFor();
  await bar().getByText('1 instance selected').waitFor();
  assert.equal(await page.getByRole('checkbox', { name: 'Select Instance 2' }).isChecked(), true);
  for (const index of [0, 1, 3])
    assert.equal((await plane.ask('GET', `/api/server/instances/instance-${index}`)).status, 'Running');
  await told.getByRole('button', { name: 'Close' }).click();
});

test('what is asked names ten at most, and progress counts', skip, async () => {
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await all().check();
  await bar().getByRole('button', { name: 'Delete' }).click();
  await dialog().getByText('and 2 more').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  // Each is held back until the one before was seen to count.
  const waiting = [];
  await page.route('**/instances:stop', (route) => waiting.push(route));
  await bar().getByRole('button', { name: 'Stop' }).click();
  await dialog().getByRole('button', { name: 'Stop' }).click();
  for (let done = 0; done < 12; ++done) {
    await page.getByRole('status').getByText(`${done} of 12 done`).waitFor();
    const shown = await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuenow');
    assert.equal(Math.round(Number(shown)), Math.round((100 * done) / 12));
    const route = await eventually('a request', () => waiting.shift());
    await route.continue();
  }
  await page.getByText('stop: 12 done').waitFor();
  await page.unrouteAll();
});

test('labels of those who manage instances are subdued', skip, async () => {
  const label = page.getByText('draas.source=apply').first();
  assert.equal(await label.getAttribute('data-reserved'), 'true');
});

test('a change is rolled out to what was selected, and waits where it was told to', skip, async () => {
  for (const id of ['instance-0', 'instance-1']) await plane.ask('POST', `/api/server/instances/${id}/start`);
  await select('Instance 0');
  await select('Instance 1');
  await bar().getByRole('button', { name: 'Roll out a change' }).click();
  await page.getByText('2 instances are chosen').waitFor();
  await page.getByLabel('Name').fill('Louder');
  await page.getByLabel('Change', { exact: true }).fill('{"logLevel": "debug"}');
  await page.getByLabel('Strategy').selectOption('Restart');
  await page.getByLabel('Waves', { exact: true }).fill('1, 100%');
  await page.getByLabel('Manual pauses').fill('2');
  await page.getByLabel('Pause between waves').fill('0s');
  await page.getByRole('button', { name: 'Start the rollout' }).click();
  await page.getByText('Paused', { exact: true }).waitFor();
  const [rollout] = await plane.ask('GET', '/api/reconciliation/rollouts');
  assert.equal(rollout.strategy, 'Restart');
  assert.deepEqual(rollout.manualPauses, [2]);
});

test('a rollout is resumed; another is paused and aborted', skip, async () => {
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('2 of 2 instances').waitFor();
  for (const id of ['instance-0', 'instance-1'])
    assert.equal((await plane.ask('GET', `/api/configuration/instances/${id}`)).logLevel, 'debug');

  const { id } = await plane.ask('POST', '/api/reconciliation/rollouts', {
    name: 'Quieter',
    instances: ['instance-0', 'instance-1'],
    change: { mergePatch: { logLevel: 'warn' } },
    waves: [1, '100%'],
    pauseBetween: '60s',
  });
  await page.goto(`${plane.url}/rollouts/${id}`);
  await page.getByText('1 of 2 instances').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await page.getByRole('button', { name: 'Abort' }).click();
  await dialog().getByRole('button', { name: 'Abort' }).click();
  await page.getByText('Aborted', { exact: true }).waitFor();
  assert.equal((await plane.ask('GET', '/api/configuration/instances/instance-1')).logLevel, 'debug');
});

test('with the keyboard alone: select, roll out', skip, async () => {
  await page.goto(plane.url);
  await page.getByRole('link', { name: 'Instance 0' }).waitFor();
  const tabTo = async (what, locator, key = 'Tab') => {
    for (let presses = 0; presses < 80; ++presses) {
      await page.keyboard.press(key);
      if ((await locator.count()) > 0 && (await locator.evaluate((element) => element === document.activeElement)))
        return;
    }
    assert.fail(`${key} does not lead to ${what}`);
  };
  await tabTo('the checkbox', page.getByRole('checkbox', { name: 'Select Instance 0' }));
  await page.keyboard.press('Space');
  await tabTo('the action', page.getByRole('button', { name: 'Roll out a change' }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.getByText('1 instance is chosen').waitFor();
  await tabTo('the strategy', page.getByLabel('Strategy'));
  await page.keyboard.press('ArrowDown');
  await tabTo('the start', page.getByRole('button', { name: 'Start the rollout' }));
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: '← Rollouts' }).waitFor();
  await page.locator('main').getByText('Instances', { exact: true }).waitFor();
});

test('nothing went wrong in the browser', skip, () => assert.deepEqual(faults, []));
