import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The browser of the system; `npm test` installs it where it can. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Whether there is a browser to test with. Where not, the tests that need one skip, and say so. */
export const hasChromium = existsSync(executablePath);

if (!hasChromium)
  process.stderr.write(
    `SKIPPING tests in a browser: none at ${executablePath} (install chromium, or set CHROMIUM_PATH)\n`,
  );

/** A name that leads to this machine, and is not `localhost`: pages there are in no secure context. */
export const otherHost = 'face.example';

/** What the browser has for a camera: Chromium's own test pattern, two of them, the frames of a file, or no device at all. */
export type Camera = 'pattern' | 'two' | 'none' | { readonly mjpeg: string };

const deviceArgs = (camera: Camera): readonly string[] => {
  if (camera === 'two') return ['--use-fake-device-for-media-stream=device-count=2'];
  if (camera === 'none') return ['--use-fake-device-for-media-stream=device-count=0'];
  const device = '--use-fake-device-for-media-stream';
  return camera === 'pattern' ? [device] : [device, `--use-file-for-fake-video-capture=${camera.mjpeg}`];
};

/**
 * What makes connections of its own or pages beside ours: each window would load two for its address bar alone. This list
 * replaces that of the library that drives the browser.
 */
const without = [
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
];

/** Starts Chromium without a window. It reaches this machine alone. */
export function launchChromium({ camera }: { readonly camera: Camera }): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      // Tests run as root in containers, where Chromium's sandbox cannot.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${without.join(',')}`,
      ...deviceArgs(camera),
      `--host-resolver-rules=MAP ${otherHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1`,
    ],
  });
}
