import { expect } from '@jest/globals';
import { launchChromium } from '../../support/browser/chromium.js';
import { inBrowser, useAda, usePage } from '../../support/browser/page-suite.js';
import { reach, type ScreenCase } from '../../support/browser/screens.js';
import { scriptReplies } from '../../support/browser/scripted-replies.js';
import { receive as receiveFrom } from '../../support/browser/visitor.js';
import { leaveBy, press, see } from '../../support/browser/walk.js';
import { firstView } from '../../support/data/first-view.js';

/* What stands between a person and their camera, on devices and networks as they are. */

const { browser, receive, server } = usePage('pattern');
const ada = useAda();
const show = (at: Partial<ScreenCase> & Pick<ScreenCase, 'screen'>) =>
  reach(browser(), server.origin, { name: at.screen, ...at }, { person: ada(), device: 'desktop' });

inBrowser('a denied camera is requested once, and opens after access is allowed and retried', async () => {
  const asked: string[] = [];
  const { page, context, close } = await receive({ allowsCamera: false });
  await context.exposeFunction('noteQuestion', () => asked.push('camera'));
  await context.addInitScript(
    'const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); navigator.mediaDevices.getUserMedia = (wish) => { noteQuestion(); return ask(wish); };',
  );
  await scriptReplies(context, firstView, {});
  await page.clock.install();
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await press(page, 'Allow camera access');
  await see(page, 'camera-denied');
  // Some browsers ask again without end if a page repeats its request by itself.
  await page.clock.runFor(10_000);
  expect(asked).toEqual(['camera']);
  await press(page, 'Try again');
  await see(page, 'camera-denied');
  await context.grantPermissions(['camera']);
  await press(page, 'Try again');
  await see(page, 'framing');
  await close();
});

inBrowser('a camera that a proxy’s header forbids is named, and not requested', async () => {
  const { page, context, close } = await receive();
  await context.route('**/face', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'permissions-policy': 'camera=()' } });
  });
  await scriptReplies(context, firstView, {});
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await see(page, 'camera-forbidden');
  await close();
});

inBrowser('the camera opened with the consent stops if the consent cannot be recorded', async () => {
  const { page, context, close } = await receive();
  await context.addInitScript(`{
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => (globalThis.opened = await ask(wish));
  }`);
  await scriptReplies(context, { ...firstView, consentNeeded: true }, { '/consent': 'lost' });
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await press(page, 'Agree and continue');
  await see(page, 'offline');
  await page.evaluate(`new Promise((resolve) => {
    const look = () => globalThis.opened?.getTracks().every(({ readyState }) => readyState === 'ended') && resolve();
    setInterval(look, 50);
  })`);
  await close();
});

inBrowser('a page whose scripts do not run says what it needs, in the language of the browser', async () => {
  const withoutScripts = await receive({ javaScriptEnabled: false, locale: 'de-DE' });
  await withoutScripts.page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await withoutScripts.page.getByRole('heading', { name: 'Gesichtsprüfung' }).waitFor();
  await withoutScripts.page.getByText('benötigt JavaScript und einen aktuellen Browser').waitFor();
  await withoutScripts.close();
  const blocked = await receive({ locale: 'de-DE' });
  await blocked.context.route('**/assets/*.js', (route) => route.abort());
  await blocked.page.goto(`${server.origin}/face?lang=ar#${firstView.id}.secret`);
  await blocked.page.getByText('JavaScript').waitFor();
  expect(await blocked.page.locator('html').getAttribute('dir')).toBe('rtl');
  await blocked.close();
});

inBrowser('while models load slowly, the page says so, offers to start, and then starts by itself', async () => {
  const { page, context, close } = await receive();
  await scriptReplies(context, firstView, {});
  await context.route('**/face/models/**', () => {});
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await page.locator('#advice', { hasText: 'Getting ready…' }).waitFor();
  await page.locator('#advice', { hasText: 'Slow connection…' }).waitFor();
  await page.getByRole('button', { name: 'Start' }).waitFor();
  await see(page, 'challenge');
  await close();
});

inBrowser('a device without a camera offers the phone', async () => {
  const bare = await launchChromium({ camera: 'none' });
  const { page, context } = await receiveFrom(bare);
  await scriptReplies(context, firstView, {});
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await see(page, 'camera-none');
  await press(page, 'Use my phone');
  await see(page, 'hand-off');
  await bare.close();
});

inBrowser(
  'a link from a message opens only after a button is pressed, so that a link scanner cannot use the link',
  async () => {
    const { page, context, requests, close } = await receive();
    await scriptReplies(context, { ...firstView, consentNeeded: true }, {});
    await page.goto(`${server.origin}/face?lang=en&sent#${firstView.id}.secret`, { waitUntil: 'networkidle' });
    await see(page, 'arrived');
    await page.reload({ waitUntil: 'networkidle' });
    await see(page, 'arrived');
    expect(requests.filter((url) => url.endsWith('/face/open'))).toEqual([]);
    await press(page, 'Continue');
    await see(page, 'consent');
    expect(page.url()).toBe(`${server.origin}/face?lang=en&sent`);
    await page.reload();
    await see(page, 'consent');
    await close();
  },
);

const leave =
  "Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'));";

inBrowser('a page hidden during the movements stops the camera, and the user can try again', async () => {
  const { page, close } = await show({ screen: 'challenge' });
  await page.locator('[data-movement="up"]').waitFor();
  await page.evaluate(leave);
  await see(page, 'camera-stopped');
  await leaveBy(page, 'Try again');
  // Still hidden when the movements begin.
  await see(page, 'camera-stopped');
  await page.evaluate('delete document.hidden');
  await press(page, 'Try again');
  await page.locator('[data-movement="up"]').waitFor();
  await close();
});

inBrowser('after an interruption of the network the page continues by itself with its pictures', async () => {
  const { page, context, requests, close } = await show({ screen: 'challenge' });
  await page.locator('[data-movement="up"]').waitFor();
  await page.unroute('**').catch(() => {});
  await context.unrouteAll();
  await context.setOffline(true);
  await see(page, 'offline');
  await scriptReplies(context, firstView, {});
  await context.setOffline(false);
  await page.locator('main:not([data-screen="offline"])').waitFor();
  expect(requests.filter((url) => new URL(url).origin !== server.origin)).toEqual([]);
  await close();
});

for (const name of ['TimeoutError', 'AbortError'])
  inBrowser(`a server that does not reply leads to the time-out screen, with the error ${name}`, async () => {
    const { page, context, close } = await receive();
    await scriptReplies(context, { ...firstView, consentNeeded: true }, { '/consent': 'hang' });
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'consent');
    // The page waits for fifteen seconds; the test need not, once everything else has answered.
    await page.evaluate(
      `AbortSignal.timeout = (ms) => { const end = new AbortController(); setTimeout(() => end.abort(new DOMException("late", "${name}")), ms / 50); return end.signal; };`,
    );
    await press(page, 'Agree and continue');
    await see(page, 'time-out');
    await close();
  });

inBrowser('if models and WebAssembly have a wrong content type, the check continues without guidance', async () => {
  const { page, context, complaints, close } = await receive({ person: ada() });
  await scriptReplies(context, firstView, {});
  const asPage = { contentType: 'text/html', body: '<!doctype html><p>Not found</p>' };
  await context.route(/\/face\/models\/|\.wasm$/, (route) => route.fulfill(asPage));
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await page.getByText('Press “Start” when your face is in the oval.').first().waitFor();
  await press(page, 'Start');
  await see(page, 'challenge');
  await page.locator('[data-movement="left"]').waitFor();
  expect(complaints.filter((line) => line.startsWith('policy:'))).toEqual([]);
  await close();
});
