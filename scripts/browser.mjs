// Installs Chromium from the system's packages where there is none, for the tests that drive the page in a browser.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

const apt = (...args) =>
  spawnSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status ===
  0;

/** Tests that need a browser skip where this cannot get one, and say so themselves. */
export function installChromium(say) {
  if (existsSync(path) || process.env.CHROMIUM_PATH !== undefined) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say(
      `There is no browser at ${path}: the tests in a browser will be skipped. Install chromium, or set CHROMIUM_PATH.`,
    );
    return;
  }
  say('Installing Chromium from the packages of this system (apt-get install chromium)…');
  if (!(apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium')))
    say('Chromium could not be installed: the tests in a browser will be skipped.');
}
