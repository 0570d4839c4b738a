import { expect } from '@jest/globals';
import { draw, enrolByApi } from '../../support/benches/capture-bench.js';
import { startVendorBench } from '../../support/benches/vendor-bench.js';
import { findFaults } from '../../support/browser/accessibility.js';
import { inBrowser, useBrowser } from '../../support/browser/page-suite.js';
import { devices } from '../../support/browser/screens.js';
import { receive } from '../../support/browser/visitor.js';

/*
 * A whole check with AWS's own detector in the page: it is loaded from this server, streams the camera's video to the
 * simulator of Amazon Rekognition, and this server reads the result there.
 */

const browser = useBrowser('pattern');

const screenOf = (screen: string): string => `main[data-screen="${screen}"]`;

async function open(device: keyof typeof devices, given: Parameters<typeof startVendorBench>[1] = {}) {
  const bench = await startVendorBench({}, { startMs: Date.now(), ...given });
  await enrolByApi(bench.server);
  bench.rekognition.judge({ picture: draw('ada')('centre') });
  const auth = { 'x-auth-token': (await bench.server.issue()).token };
  const { body } = await bench.server.postJson(
    '/step-ups',
    { connection: 'acme', subject: '00u1', immediate: true },
    auth,
  );
  const link = new URL(String(body.url));
  const visitor = await receive(browser(), { ...devices[device], ignoreHTTPSErrors: true });
  await visitor.page.goto(`${bench.server.origin}${link.pathname}${link.search}${link.hash}`);
  return { bench, visitor, id: String(body.id) };
}

for (const device of ['phone', 'desktop'] as const) {
  inBrowser(`on a ${device}, a check passes with AWS’s detector in the page`, async () => {
    const { bench, visitor } = await open(device);
    const { page, complaints } = visitor;
    const consent = page.locator(screenOf('consent'));
    await consent.waitFor();
    expect(await consent.textContent()).toContain('Amazon Web Services');
    await page.getByRole('button', { name: 'Agree and continue' }).click();
    await page.locator(screenOf('permission')).waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.locator(`${screenOf('vendor')} video`).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.locator(screenOf('passed')).waitFor();
    const [session] = [...bench.rekognition.sessions.values()];
    expect(session).toMatchObject({ status: 'SUCCEEDED', confidence: 99.1 });
    expect(session!.videoBytes).toBeGreaterThan(1000);
    expect(complaints).toEqual([]);
    await visitor.close();
  });
}
