import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { hasChromium, launchChromium } from '../../support/browser/chromium.js';
import { eventually } from '../../support/run/eventually.js';
import { modelsFolder } from '../../support/run/paths.js';
import { patienceMs } from '../../support/run/patience.js';
import { type ApiServer, startApiServer } from '../../support/servers/api-server.js';
import type { GuideReading } from '../../web/capture/guidance/guide.js';
import { buildGuidancePage } from './guidance-page.js';

/** What the browser-side code below finds on the page. */
declare global {
  var guidance: {
    look(picture: string, looks: number): Promise<GuideReading[]>;
    close(): void;
  };
}

/** Runs in the browser: a video fed by a canvas, and the guide that looks at it. */
const prepare = `async () => {
  const guide = await createGuide();
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const context = canvas.getContext('2d');
  context.fillRect(0, 0, 640, 480);
  const video = document.createElement('video');
  video.muted = true;
  const stream = canvas.captureStream(30);
  video.srcObject = stream;
  const frame = () => new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  globalThis.guidance = {
    async look(picture, looks) {
      const image = new Image();
      image.src = picture;
      await image.decode();
      const draw = () => context.drawImage(image, 0, 0, 640, 480);
      const timer = setInterval(draw, 30);
      draw();
      if (video.paused) await video.play();
      for (let at = 0; at < 3; at += 1) await frame();
      const seen = [];
      for (let at = 0; at < looks; at += 1) seen.push(await guide.look(video));
      clearInterval(timer);
      return seen;
    },
    close: () => guide.close(),
  };
}`;

(hasChromium ? describe : describe.skip)('guidance in a browser', () => {
  let pictures: Pictures;
  let built: ReturnType<typeof buildGuidancePage>;
  let server: ApiServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    pictures = await loadPictures();
    built = buildGuidancePage();
    server = await startApiServer({
      folders: { page: built.folder, models: modelsFolder },
    });
    browser = await launchChromium({ camera: 'none' });
  });
  afterEach(async () => {
    await page.context().close();
    // What the policy of the page forbids, and WebAssembly of another type, is told on the console.
    expect(problems.filter((each) => /Content.Security|Trusted|Refused|MIME type/i.test(each))).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    built?.remove();
  });

  async function open(change: (page: Page) => Promise<unknown> = async () => {}): Promise<void> {
    const context = await browser.newContext();
    page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    problems = [];
    page.on('console', (message) => problems.push(message.text()));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && origin !== server.origin) problems.push(`Refused: ${request.url()} is elsewhere`);
    });
    await change(page);
    await page.goto(`${server.origin}/face`);
    await eventually(async () => expect(await page.evaluate('typeof createGuide === "function"')).toBe(true));
  }

  const toFrame = async (photo: Uint8Array): Promise<string> => {
    const jpeg = await sharp(photo).resize(640, 480, { fit: 'contain', background: '#8c8c8c' }).jpeg().toBuffer();
    return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
  };
  const look = (picture: string, looks: number) =>
    page.evaluate(([shown, times]) => globalThis.guidance.look(shown, times), [picture, looks] as const);
  const reasonOfNone = () => page.evaluate<string>('createGuide().then(() => "loaded", (error) => error.name)');

  test('the guide reports one face as ready, and nothing after it was closed', async () => {
    await open();
    await page.evaluate(`(${prepare})()`);
    const ready: GuideReading = {
      faces: 1,
      hint: null,
      ready: true,
      isTooSmall: false,
      isTooBright: false,
      pose: 'centre',
      isHeld: true,
      isBetween: false,
    };
    const person = await toFrame(pictures.person[0]);
    expect((await look(person, 4)).at(-1)).toEqual(ready);
    await page.evaluate(() => globalThis.guidance.close());
    await expect(look(person, 1)).rejects.toThrow('GuidanceUnavailable');
  });

  test.each<[string, (page: Page) => Promise<unknown>]>([
    [
      'altered',
      (page) =>
        page.route('**/landmarks.onnx*', async (route) => {
          const response = await route.fetch();
          const body = await response.body();
          body[5000]! ^= 1;
          await route.fulfill({ response, body });
        }),
    ],
    ['not downloaded', (page) => page.route('**/detect.onnx*', (route) => route.abort())],
  ])('createGuide fails with GuidanceUnavailable if a model is %s', async (_name, change) => {
    await open(change);
    expect(await reasonOfNone()).toBe('GuidanceUnavailable');
  });
});
