import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Path of the system's Chromium, which `npm test` installs if possible. */
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

export const hasChromium = existsSync(executablePath);

if (!hasChromium)
  process.stderr.write(
    `SKIPPING tests in a browser: none at ${executablePath} (install chromium, or set CHROMIUM_PATH)\n`,
  );

/**
 * Host name that resolves to this machine. Browsers do not treat its pages as a secure context, because the name is not
 * `localhost`.
 */
export const otherHost = 'face.example';

/** One or two of Chromium's test patterns, the frames of a file, or no camera. */
export type Camera = 'pattern' | 'two' | 'none' | { readonly mjpeg: string };

const deviceArgs = (camera: Camera): readonly string[] => {
  if (camera === 'two') return ['--use-fake-device-for-media-stream=device-count=2'];
  if (camera === 'none') return ['--use-fake-device-for-media-stream=device-count=0'];
  const device = '--use-fake-device-for-media-stream';
  return camera === 'pattern' ? [device] : [device, `--use-file-for-fake-video-capture=${camera.mjpeg}`];
};

/** Features that would open further connections or pages. Setting this list replaces the list of the driver library. */
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

/** Starts headless Chromium, limited to this machine. */
export function launchChromium({ camera }: { readonly camera: Camera }): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      // Tests run as root in containers, where Chromium's sandbox fails.
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
