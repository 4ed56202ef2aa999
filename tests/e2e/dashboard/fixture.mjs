// What most of these files begin with: a control plane of its own, and a browser.

import { after, before } from 'node:test';
import { missingBrowser, openBrowser } from './browser.mjs';
import { ControlPlane } from './control_plane.mjs';

// Hands what was started to `begin`, which may fill the fleet. The options of the tests: they are skipped where there is
// no browser.
export function withDashboard(begin) {
  let plane, close;
  before(async () => {
    if (missingBrowser) return;
    plane = await ControlPlane.start();
    const browser = await openBrowser();
    ({ close } = browser);
    await begin({ plane, page: browser.page, faults: browser.faults });
  });
  after(async () => {
    await close?.();
    await plane?.stop();
  });
  return { skip: missingBrowser };
}
