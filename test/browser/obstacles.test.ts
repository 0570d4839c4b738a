import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { loadPictures } from '../../examples/demo/pictures.js';
import { eventually } from '../eventually.js';
import { makeVideo } from '../face-video/index.js';
import { firstView } from '../first-view.js';
import { createFolder } from '../folder.js';
import { hasChromium, launchChromium, otherHost } from './chromium.js';
import { startPageServer } from './page-server.js';
import { makePoses, readPeople } from './people.js';
import { devices, reach, type ScreenCase, screens } from './screens.js';
import { scriptReplies } from './scripted-replies.js';
import { type Person, type Poses, receive } from './visitor.js';
import { leaveBy, press, screenOf, see } from './walk.js';

/* What stands between a person and their camera, on devices and networks as they are. */

(hasChromium ? describe : describe.skip)('in the way of a face check', () => {
  const folder = createFolder('obstacles');
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startPageServer>>;
  let person: Person;
  beforeAll(async () => {
    const { ada } = await readPeople();
    person = { poses: await makePoses(ada, 'ada'), plan: 'follow', reactionMs: 100 };
    server = await startPageServer();
    browser = await launchChromium({ camera: 'pattern' });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  const show = (at: Partial<ScreenCase> & Pick<ScreenCase, 'screen'>) =>
    reach(browser, server.origin, { name: at.screen, ...at }, { person, device: 'desktop' });

  test('a camera that was refused is told of, asked for once, and opened after it is allowed', async () => {
    const asked: string[] = [];
    const { page, context, close } = await receive(browser, { allowsCamera: false });
    await context.exposeFunction('noteQuestion', () => asked.push('camera'));
    await context.addInitScript(
      'const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); navigator.mediaDevices.getUserMedia = (wish) => { noteQuestion(); return ask(wish); };',
    );
    await scriptReplies(context, firstView, {});
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await press(page, 'Allow camera access');
    await see(page, 'camera-denied');
    // Some browsers repeat their question without end where a page asks again by itself.
    await page.waitForTimeout(1500);
    expect(asked).toEqual(['camera']);
    await press(page, 'Try again');
    await see(page, 'camera-denied');
    await context.grantPermissions(['camera']);
    await press(page, 'Try again');
    await see(page, 'framing');
    await close();
  });

  test('a device without a camera', async () => {
    const bare = await launchChromium({ camera: 'none' });
    const { page, context } = await receive(bare);
    await scriptReplies(context, firstView, {});
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'camera-none');
    await press(page, 'Use my phone');
    await see(page, 'hand-off');
    await bare.close();
  });

  test('a device without a camera, whose connection has no hand-off', async () => {
    const bare = await launchChromium({ camera: 'none' });
    const { page, context } = await receive(bare);
    await scriptReplies(context, { ...firstView, handOffAllowed: false }, {});
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'camera-none');
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Use my phone' }).count()).toBe(0);
    await bare.close();
  });

  test('a camera in use, that answers at the second try', async () => {
    const { page, close } = await show({
      screen: 'camera-busy',
      cameraError: 'NotReadableError',
    });
    await page.evaluate('delete navigator.mediaDevices.getUserMedia');
    await press(page, 'Try again');
    await see(page, 'framing');
    await close();
  });

  test('an insecure address', async () => {
    const { page, context, close } = await receive(browser);
    await scriptReplies(context, firstView, {});
    await page.goto(`${server.origin.replace('localhost', otherHost)}/face#${firstView.id}.secret`);
    await see(page, 'insecure');
    await close();
  });

  test('whoever had too many codes sent has the other ways still, and the way back to the camera', async () => {
    const { page, close } = await show({
      screen: 'locked-out',
      view: { anotherWays: ['email', 'recovery_code'] },
      replies: { '/another-way/send': { refusal: 'locked_out', waitSec: 3600 } },
      press: ['I can’t do this', 'Code by e-mail'],
    });
    await press(page, 'Back');
    await see(page, 'ways');
    await press(page, 'Recovery code');
    await see(page, 'code');
    await close();
  });

  test('a browser that has pages read noise in place of what they drew', async () => {
    const { page, context, close } = await receive(browser);
    await context.addInitScript(
      'const read = CanvasRenderingContext2D.prototype.getImageData; CanvasRenderingContext2D.prototype.getImageData = function (...given) { const image = read.apply(this, given); crypto.getRandomValues(image.data); return image; };',
    );
    await scriptReplies(context, firstView, {});
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'unsupported');
    await press(page, 'Use my phone');
    await see(page, 'hand-off');
    await close();
  });

  test('a system that names its language in a way that dates do not take', async () => {
    const { page, context, close } = await receive(browser);
    await context.addInitScript("Object.defineProperty(navigator, 'languages', { value: ['en-US@posix', 'en'] });");
    const { view, replies = {} } = screens.find(({ name }) => name === 'manage-home') ?? {};
    await scriptReplies(context, { ...firstView, ...view }, replies);
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'manage');
    await close();
  });

  test('a link that was sent is opened by a press, and by nobody who runs the page before its person reads it', async () => {
    const { page, context, requests, close } = await receive(browser);
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
  });

  const leave =
    "Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'));";

  test('a page that is left in the middle, or is before nobody when the movements begin, starts anew', async () => {
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

  test('a network that goes and comes: the page goes on by itself, with the pictures it has', async () => {
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

  test('a server that is away for a while, which the browser tells nothing of: the page goes on by itself', async () => {
    const { page, context, close } = await receive(browser);
    const away = { '/consent': 'lost', '/session': 'lost' } as const;
    await scriptReplies(context, { ...firstView, consentNeeded: true }, away);
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await press(page, 'Agree and continue');
    await see(page, 'offline');
    await page.waitForRequest((request) => request.url().endsWith('/face/session'));
    expect(await screenOf(page)).toBe('offline');
    await context.unrouteAll();
    await scriptReplies(context, firstView, {});
    await see(page, 'framing');
    await close();
  });

  test('a network that loses the words of the page: it is loaded anew by itself, and the link is still good', async () => {
    const { page, context, close } = await receive(browser);
    await scriptReplies(context, firstView, {});
    let lost = 0;
    await context.route('**/assets/en-*', (route) => {
      lost += 1;
      return lost === 1 ? route.abort() : route.continue();
    });
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'framing');
    expect(lost).toBe(2);
    await close();
  });

  test('pictures that are being judged when the page is loaded anew: it waits for what comes of them', async () => {
    const { page, context, requests, close } = await receive(browser);
    await scriptReplies(context, firstView, {});
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'framing');
    for (const [state, screen] of [
      ['captured', 'sending'],
      ['passed', 'passed'],
    ] as const) {
      await context.unrouteAll();
      await scriptReplies(context, { ...firstView, state }, {});
      if (state === 'captured') await page.reload();
      await see(page, screen);
    }
    expect(requests.filter((url) => url.endsWith('/face/session')).length).toBeGreaterThan(1);
    await close();
  });

  test.each([
    ['TimeoutError', 'browsers of today'],
    ['AbortError', 'older ones'],
  ])('a server that does not answer, told by %s as %s do', async (name) => {
    const { page, context, close } = await receive(browser);
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

  test('a check whose time is over while the page is open', async () => {
    const { page, context, close } = await receive(browser);
    const soon = { ...firstView, expiresAt: new Date(Date.now() + 2000).toISOString() };
    await scriptReplies(context, soon, { '/session': { view: { ...soon, state: 'expired' }, receipt: null } });
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'expired');
    await close();
  });

  test('a virtual camera is reported, and may still be tried', async () => {
    const mjpeg = join(folder, 'OBS Virtual Camera.mjpeg');
    makeVideo([Buffer.from(person.poses.centre[0]!, 'base64')], mjpeg);
    const virtual = await launchChromium({ camera: { mjpeg } });
    const { page, context } = await receive(virtual);
    await scriptReplies(context, firstView, {});
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'framing');
    expect(await page.locator('.note').textContent()).toMatch(/looks like a virtual camera/);
    await see(page, 'challenge');
    await virtual.close();
  });

  test('a face too small to judge never starts the check', async () => {
    const far = async (base64: string): Promise<string> => {
      const face = await sharp(Buffer.from(base64, 'base64')).resize(190).toBuffer();
      const room = sharp({ create: { width: 640, height: 480, channels: 3, background: '#8d9299' } });
      return (
        await room
          .composite([{ input: face }])
          .jpeg()
          .toBuffer()
      ).toString('base64');
    };
    const centre = [await far(person.poses.centre[0]!)];
    const { page, requests, close } = await reach(
      browser,
      server.origin,
      { name: 'far away', screen: 'framing' },
      { person: { ...person, poses: { ...person.poses, centre }, plan: 'still' }, device: 'desktop' },
    );
    await page.locator('.advice', { hasText: 'Come a little closer.' }).waitFor();
    expect(await page.getByRole('button', { name: 'Start' }).count()).toBe(0);
    expect(await screenOf(page)).toBe('framing');
    expect(requests.filter((url) => url.endsWith('/face/challenge'))).toEqual([]);
    await close();
  });

  test('the camera chosen last is opened again, and where it is gone the usual one, without a word', async () => {
    const two = await launchChromium({ camera: 'two' });
    const { page, context } = await receive(two);
    await scriptReplies(context, firstView, {});
    const frame = async () => {
      await page.goto('about:blank');
      await page.goto(`${server.origin}/face#${firstView.id}.secret`);
      await see(page, 'framing');
      return page.locator('#camera').inputValue();
    };
    const first = await frame();
    const other = await page.locator('#camera option:not(:checked)').getAttribute('value');
    await page.locator('#camera').selectOption(other);
    await page.locator(`#camera option[value="${other}"]:checked`).waitFor({ state: 'attached' });
    await see(page, 'framing');
    // It is kept once that camera shows a picture.
    await eventually(async () => expect(await page.evaluate('localStorage.getItem("facestep-camera")')).toBe(other));
    expect(await frame()).toBe(other);
    await page.evaluate('localStorage.setItem("facestep-camera", "gone")');
    expect(await frame()).toBe(first);
    expect(await page.evaluate('localStorage.getItem("facestep-camera")')).toBeNull();
    await two.close();
  });

  test('the camera chosen last does not run: that is told, and the next try is with the usual one', async () => {
    const two = await launchChromium({ camera: 'two' });
    const { page, context } = await receive(two);
    // As a camera of a program that was not started: it is there, and gives nothing.
    await context.addInitScript(
      `{ const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
         navigator.mediaDevices.getUserMedia = async (wish) => {
           if (wish.video.deviceId?.exact === localStorage.getItem('broken')) throw new DOMException('', 'NotReadableError');
           return open(wish);
         }; }`,
    );
    await scriptReplies(context, firstView, {});
    const visit = async (): Promise<void> => {
      await page.goto('about:blank');
      await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    };
    await visit();
    await see(page, 'framing');
    const usual = await page.locator('#camera').inputValue();
    const other = await page.locator('#camera option:not(:checked)').getAttribute('value');
    await page.evaluate(`for (const key of ['broken', 'facestep-camera']) localStorage.setItem(key, '${other}')`);
    await visit();
    await see(page, 'camera-busy');
    await press(page, 'Try again');
    await see(page, 'framing');
    expect(await page.locator('#camera').inputValue()).toBe(usual);
    await two.close();
  });

  test('two faces in view are told of', async () => {
    const { group } = await loadPictures();
    const crowd = Buffer.from(group).toString('base64');
    const poses: Poses = { centre: [crowd], left: [crowd], right: [crowd], up: [crowd], down: [crowd] };
    const { page, close } = await reach(
      browser,
      server.origin,
      { name: 'two faces', screen: 'framing' },
      { person: { poses, plan: 'still', reactionMs: 0 }, device: 'desktop' },
    );
    await page.locator('.advice', { hasText: 'more than one face' }).waitFor();
    await close();
  });

  test('models and WebAssembly of a wrong type: the check works without the help', async () => {
    const { page, context, complaints, close } = await receive(browser, { person });
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

  test('a page of somebody else cannot frame it', async () => {
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<iframe src="${server.origin}/face"></iframe>`);
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { page, close } = await receive(browser);
    await page.goto(`http://localhost:${port}/`);
    const framed = () => page.frames().map((frame) => frame.url());
    await eventually(async () => expect(framed()).toContain('chrome-error://chromewebdata/'));
    await close();
    other.close();
  });

  test('a phone is offered no other phone', async () => {
    const { page, context, close } = await receive(browser, { person, ...devices.phone });
    await scriptReplies(context, firstView, {});
    await page.goto(`${server.origin}/face#${firstView.id}.secret`);
    await see(page, 'framing');
    await close();
  });
});
