import { consoleGuard } from '../src/config/console.js';
import { limitsGuard } from '../src/config/limits.js';
import { retentionGuard } from '../src/config/retention.js';
import type { CoreSettings } from '../src/core/deps.js';
import { testIssuer } from './keys.js';
import { consoleFolder, docsFolder } from './paths.js';
import { systemRandom } from './sinks.js';

/** What holds where an administrator changed nothing. */
export const standardSettings: CoreSettings = {
  limits: limitsGuard.parse({}),
  consentDays: retentionGuard.parse({}).consentDays,
};

/** What the core of every test is handed alike. */
export const standardDeps = { random: systemRandom, issuer: testIssuer, settings: standardSettings };

/** The console as it is where nobody configured it, and a provider that is not there. */
export const consoleDeps = {
  console: consoleGuard.parse({}),
  consoleFolder,
  docsFolder,
  homePages: new Map(),
  fetch: () => Promise.reject(new TypeError('nobody is asked')),
};
