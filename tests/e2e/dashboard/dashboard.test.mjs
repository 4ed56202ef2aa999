// The dashboard in a real browser, on a real control plane with real drasi-sim processes.
// Run by `run`, which says where the programs and the packages are.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessibilityFaults, missingBrowser, openBrowser } from './browser.mjs';
import { ControlPlane, eventually } from './control_plane.mjs';
import { fillFleet, showTheme, views } from './views.mjs';

if (missingBrowser) {
  if (process.env.CI === 'true') throw new Error(missingBrowser);
  console.log(`skipped: ${missingBrowser}`);
  process.exit(77);
}

const YAML = `sources:
  - kind: mock
    id: thermometers
    intervalMs: 200
    dataType:
      type: sensorReading
      sensorCount: 3
queries:
  - id: readings
    autoStart: true
    queryLanguage: Cypher
    query: MATCH (s:SensorReading) RETURN s.sensor_id AS sensor, s.temperature AS temperature
    sources:
      - sourceId: thermometers
reactions:
  - kind: log
    id: print
    queries: [readings]
`;

const editor = (page) => page.getByRole('textbox', { name: 'Configuration' });

async function typeConfiguration(page, text) {
  await editor(page).click();
  await page.keyboard.press('Control+a');
  // As a paste: the editor's own indentation has no say.
  await page.keyboard.insertText(text);
}

async function saveConfiguration(page) {
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

const heading = (page, name) => page.getByRole('heading', { level: 1, name });
const badge = (page, status) => page.locator('main [data-tone]', { hasText: status }).first();

describe('the life of an instance', () => {
  let plane, page, faults, close;
  before(async () => {
    plane = await ControlPlane.start();
    ({ page, faults, close } = await openBrowser({ acceptDownloads: true }));
  });
  after(async () => {
    await close?.();
    await plane?.stop();
  });

  test('an empty fleet leads to the first instance, which shows live results', async () => {
    await page.goto(plane.url);
    await page.getByRole('link', { name: 'Create the first instance' }).click();
    await page.getByText('Valid', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Create and start' }).click();
    await heading(page, 'Hello world').waitFor();
    const cell = page.getByTestId('results').locator('td').nth(1);
    await cell.waitFor();
    const first = await page.getByTestId('results').innerText();
    await eventually('other results', async () => (await page.getByTestId('results').innerText()) !== first);
    await page.goto(`${plane.url}/platforms`);
    await page.getByRole('link', { name: '1 instance', exact: true }).waitFor();
  });

  test('results are short where they show, and whole where they are copied', async () => {
    await page.goto(`${plane.url}/instances/hello-world/pipeline`);
    await page.getByTestId('results').locator('td').first().waitFor();
    const { shown, whole, copied } = await page.getByTestId('results').evaluate((table) => {
      window.getSelection().selectAllChildren(table);
      const clipboardData = new DataTransfer();
      table.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }));
      const cells = [...table.querySelectorAll('tbody tr:first-child td')];
      return {
        shown: cells.map((cell) => cell.innerText),
        whole: cells.map((cell) => cell.title),
        copied: clipboardData.getData('text/plain').split('\n'),
      };
    });
    assert.match(shown[1], /^\d+(\.\d{1,4})?$/);
    assert.match(whole[1], /^\d+\.\d{8,}$/);
    assert.deepEqual(copied.slice(0, 2), ['sensor\ttemperature', whole.join('\t')]);
  });

  test('created from YAML, with faults shown at their line', async () => {
    await page.goto(`${plane.url}/new?template=empty`);
    await typeConfiguration(page, YAML.replace('sourceId: thermometers', 'sourceId: nowhere'));
    await page.getByText('Error, line 14').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Continue' }).isDisabled(), true);
    await typeConfiguration(page, YAML);
    await page.getByText('Valid', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Cold chain');
    await page.getByRole('textbox', { name: 'Labels' }).fill('env=test');
    await page.getByRole('button', { name: 'Create and start' }).click();
    await heading(page, 'Cold chain').waitFor();
    await badge(page, 'Running').waitFor();
    assert.match(page.url(), /\/instances\/cold-chain\/pipeline$/);
  });

  test('a bad edit is refused at its line, a good one goes live and can be rolled back', async () => {
    await page.getByRole('tab', { name: 'Configuration' }).click();
    await editor(page).waitFor();
    await typeConfiguration(page, YAML.replace('sourceId: thermometers', 'sourceId: nowhere'));
    await page.getByText('Error, line 14').waitFor();
    await page.locator('.cm-lint-marker-error').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Review and save' }).isDisabled(), true);
    await typeConfiguration(page, YAML.replace('AS temperature', 'AS warmth'));
    await page.getByText('Valid', { exact: true }).waitFor();
    await saveConfiguration(page);
    await page.getByRole('tab', { name: 'Pipeline' }).click();
    await page.getByRole('columnheader', { name: 'warmth' }).waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Roll back' }).last().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
    await page.locator('tr', { hasText: 'runs' }).locator('strong', { hasText: '3' }).waitFor();
    const { queries } = await plane.ask('GET', '/api/configuration/instances/cold-chain');
    assert.equal(queries[0].queryText.includes('warmth'), false);
  });

  test('logs are followed, searched, paused and downloaded', async () => {
    await page.getByRole('tab', { name: 'Logs' }).click();
    const count = async () => Number.parseInt(await page.getByText(/^\d+ lines$/).innerText(), 10);
    await page.getByText(/^\d\d+ lines$/).waitFor();
    const then = await count();
    await eventually('more lines', async () => (await count()) > then);
    await page.getByRole('searchbox', { name: 'Search the log' }).fill("query 'readings'");
    await page.getByText(/^\d+ of \d+ lines$/).waitFor();
    await page.getByRole('searchbox', { name: 'Search the log' }).fill('');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: /Follow \(\d+ new\)/ }).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    assert.equal((await downloading).suggestedFilename(), 'cold-chain.log');
  });

  test('a killed process is seen to come back', async () => {
    await page.getByRole('tab', { name: 'Overview' }).click();
    const { processId } = await plane.ask('GET', '/api/server/instances/cold-chain/runtime-status');
    await page.getByText(`PID ${processId}`).waitFor();
    process.kill(Number(processId), 'SIGKILL');
    await page.getByText('by signal 9').waitFor();
    await badge(page, 'Running').waitFor();
    await page.getByText(/PID \d+/).waitFor();
    const again = await plane.ask('GET', '/api/server/instances/cold-chain/runtime-status');
    assert.notEqual(again.processId, processId);
    await page.getByText(`PID ${again.processId}`).waitFor();
  });

  test('drift is looked at and a plan made; reconciliation pauses', async () => {
    await page.getByRole('tab', { name: 'Reconciliation' }).click();
    await page.getByText('In sync').waitFor();
    await page.getByRole('button', { name: 'Plan' }).click();
    await page.getByText('it runs as wanted').waitFor();
    await page.getByRole('textbox', { name: 'Reason for a pause' }).fill('the auditors are looking');
    await page.getByRole('button', { name: 'Pause reconciliation' }).click();
    await page.getByText('Paused: the auditors are looking').waitFor();
    await page.getByRole('button', { name: 'Resume reconciliation' }).click();
    await page.getByRole('button', { name: 'Pause reconciliation' }).waitFor();
  });

  test('the loss of the control plane shows, and heals by itself', async () => {
    await plane.kill();
    await page.getByText('The control plane does not answer').first().waitFor();
    await heading(page, 'Cold chain').waitFor(); // what was known stays
    await plane.launch();
    await page.locator('[data-connection=open]').waitFor();
    await page.getByText('The control plane does not answer').waitFor({ state: 'hidden' });
  });

  test('stopped and deleted', async () => {
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await badge(page, 'Stopped').waitFor();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await heading(page, 'Fleet').waitFor();
    await page.getByRole('link', { name: 'Cold chain' }).waitFor({ state: 'hidden' });
  });

  test('with the keyboard alone: find, select, stop', async () => {
    await page.goto(plane.url);
    await page.getByRole('link', { name: 'Hello world' }).waitFor();
    const tabTo = async (what, locator) => {
      for (let presses = 0; presses < 60; ++presses) {
        await page.keyboard.press('Tab');
        if (await locator.evaluate((element) => element === document.activeElement)) return;
      }
      assert.fail(`Tab does not lead to ${what}`);
    };
    await tabTo('the search', page.getByRole('searchbox', { name: 'Search' }));
    await page.keyboard.type('hello');
    await tabTo('the checkbox', page.getByRole('checkbox', { name: 'Select Hello world' }));
    await page.keyboard.press('Space');
    // The actions come before the table.
    for (let back = 0; back < 20; ++back) {
      await page.keyboard.press('Shift+Tab');
      if (
        await page
          .getByRole('button', { name: 'Stop', exact: true })
          .evaluate((element) => element === document.activeElement)
      )
        break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Stop');
    await page.keyboard.press('Enter');
    await page
      .getByRole('row', { name: /Hello world/ })
      .getByText('Stopped')
      .waitFor();
  });

  test('nothing went wrong in the browser', () =>
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('ERR_')),
      [],
    ));
});

describe('every view', () => {
  let plane, ids;
  before(async () => {
    plane = await ControlPlane.start();
    ids = await fillFleet(plane);
  });
  after(async () => plane?.stop());

  for (const theme of ['light', 'dark']) {
    test(`has no serious fault of accessibility (${theme})`, async () => {
      const { page, faults, close } = await openBrowser();
      try {
        await showTheme(page, theme);
        const found = [];
        for (const [name, path, shows] of views(ids)) {
          await page.goto(plane.url + path);
          await page.locator(shows).first().waitFor();
          assert.match(await page.title(), /^.+ · DRaaS$/, name);
          found.push(...(await accessibilityFaults(page)).map((fault) => `${name}: ${fault}`));
        }
        for (const path of ['/nothing', '/instances/nothing', '/instances/stock-levels/nothing', '/rollouts/nothing']) {
          await page.goto(plane.url + path);
          await page.getByText('There is no such').waitFor();
          assert.equal(await page.title(), 'Not found · DRaaS', path);
        }
        assert.deepEqual(found, [], found.join('\n'));
        assert.deepEqual(faults, []);
      } finally {
        await close();
      }
    });
  }
});

describe('on a phone', () => {
  let plane, ids;
  before(async () => {
    plane = await ControlPlane.start();
    ids = await fillFleet(plane);
  });
  after(async () => plane?.stop());

  test('no view is wider than the screen', async () => {
    const { page, faults, close } = await openBrowser({
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    try {
      const wide = [];
      for (const [name, path, shows] of views(ids)) {
        await page.goto(plane.url + path);
        await page.locator(shows).first().waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > 360) wide.push(`${name}: ${width}`);
        const tab = page.locator('[role=tab][aria-selected=true]');
        if ((await tab.count()) === 0) continue;
        const { x, width: wideness } = await tab.boundingBox();
        if (x < 0 || x + wideness > 360) wide.push(`${name}: its tab is at ${x}`);
      }
      assert.deepEqual(wide, []);
      await page.goto(plane.url);
      await page.getByRole('button', { name: 'Navigation' }).tap();
      await page.getByRole('link', { name: 'Events' }).tap();
      await heading(page, 'Events').waitFor();
      assert.deepEqual(faults, []);
    } finally {
      await close();
    }
  });
});

describe('where it is served', () => {
  let plane;
  before(async () => {
    plane = await ControlPlane.start({ base: '/drasi/fleet' });
  });
  after(async () => plane?.stop());

  test('below a prefix, deep links included', async () => {
    const { page, faults, close } = await openBrowser();
    try {
      await page.goto(`${plane.url}/rollouts/new`);
      await heading(page, 'New rollout').waitFor();
      await page.getByRole('link', { name: 'Platforms' }).click();
      await page.getByText('Available', { exact: true }).waitFor();
      assert.equal(page.url(), `${plane.url}/platforms`);
      assert.deepEqual(faults, []);
    } finally {
      await close();
    }
  });

  test('with headers that keep other things out', async () => {
    const page = await fetch(plane.url, { headers: { Accept: 'text/html' } });
    const policy = page.headers.get('Content-Security-Policy');
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /default-src 'none'/);
    assert.equal(page.headers.get('X-Content-Type-Options'), 'nosniff');
    assert.equal(page.headers.get('X-Frame-Options'), 'DENY');
    assert.equal(page.headers.get('Cache-Control'), 'no-cache');
    const html = await page.text();
    assert.doesNotMatch(html, /<script>|https?:\/\//);
    const script = /src="\.\/(assets\/[^"]+)"/.exec(html)[1];
    for (const encoding of ['gzip', 'br', 'identity']) {
      const asset = await fetch(`${plane.url}/${script}`, {
        headers: { 'Accept-Encoding': encoding },
      });
      assert.equal(asset.headers.get('Cache-Control'), 'public, max-age=31536000, immutable');
      assert.equal(asset.headers.get('Content-Encoding') ?? 'identity', encoding);
      assert.match(await asset.text(), /import/);
    }
    const unchanged = await fetch(plane.url, {
      headers: { 'If-None-Match': page.headers.get('ETag') },
    });
    assert.equal(unchanged.status, 304);
  });

  test("paths of the API stay the API's", async () => {
    for (const path of ['/api/nothing', '/assets/none.js']) {
      const answer = await fetch(plane.url + path, {
        headers: { Accept: 'text/html' },
      });
      assert.equal(answer.status, 404, path);
    }
    assert.equal(
      (
        await fetch(`${plane.url}/events`, {
          headers: { Accept: 'application/json' },
        })
      ).status,
      404,
    );
  });
});
