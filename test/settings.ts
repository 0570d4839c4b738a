import { limitsGuard } from '../src/config/limits.js';
import { retentionGuard } from '../src/config/retention.js';
import type { CoreSettings } from '../src/core/deps.js';

/** What holds where an administrator changed nothing. */
export const standardSettings: CoreSettings = {
  limits: limitsGuard.parse({}),
  consentDays: retentionGuard.parse({}).consentDays,
};
