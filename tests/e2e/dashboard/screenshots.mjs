// Takes a picture of every view in both themes: node screenshots.mjs DIRECTORY [NAME...]

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser } from './browser.mjs';
import { ControlPlane } from './control_plane.mjs';
import { fillFleet, showTheme, views } from './views.mjs';

// Charts and results need a few readings before they are worth a picture.
const worthAPicture = {
  instance: (page) => page.locator('figure[data-points="5"]').waitFor(),
  pipeline: (page) => page.locator('[data-testid=results] tbody tr').nth(2).waitFor(),
};

// Where the program is on the machine that takes the pictures is of no interest.
async function withUsualProgram(route) {
  const platforms = await (await route.fetch()).json();
  for (const platform of platforms)
    platform.reason = platform.reason.replace(process.env.DRAAS_TEST_DRASI_SIM, '/usr/local/bin/drasi-server');
  await route.fulfill({ json: platforms });
}

const [directory, ...names] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const plane = await ControlPlane.start();
try {
  const ids = await fillFleet(plane);
  for (const theme of ['light', 'dark']) {
    const { page, close } = await openBrowser({
      viewport: { width: 1280, height: 800 },
    });
    await showTheme(page, theme);
    await page.route('**/api/server/platforms', withUsualProgram);
    for (const [name, path, shows] of views(ids)) {
      if (names.length > 0 && !names.includes(name)) continue;
      await page.goto(plane.url + path);
      await page.locator(shows).first().waitFor();
      await worthAPicture[name]?.(page);
      await page.screenshot({
        path: join(directory, `${name}-${theme}.png`),
        animations: 'disabled',
      });
    }
    await close();
  }
  const { page, close } = await openBrowser({
    viewport: { width: 390, height: 780 },
    isMobile: true,
    hasTouch: true,
  });
  await page.goto(plane.url);
  await page.locator('text=Checkout orders').first().waitFor();
  await page.screenshot({ path: join(directory, 'phone.png') });
  await close();
} finally {
  await plane.stop();
}
