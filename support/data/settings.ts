import { consoleGuard } from '../../src/config/console.js';
import { retentionGuard } from '../../src/config/retention.js';
import { limitsGuard } from '../../src/config/schema.js';
import type { CoreSettings } from '../../src/core/deps.js';
import { holdings, personalData } from '../../src/extensions/index.js';
import { testIssuer } from '../fakes/keys.js';
import { systemRandom } from '../fakes/sinks.js';
import { consoleFolder, docsFolder } from '../run/paths.js';

export const standardSettings: CoreSettings = {
  limits: limitsGuard.parse({}),
  consentDays: retentionGuard.parse({}).consentDays,
  turns: 2,
  personalData,
  holdings,
};

export const standardDeps = { random: systemRandom, issuer: testIssuer, settings: standardSettings };

export const consoleDeps = {
  console: consoleGuard.parse({}),
  consoleFolder,
  docsFolder,
  homePages: new Map(),
  fetch: () => Promise.reject(new TypeError('no calls are made')),
};
