import type { JsonObject } from '../src/base/json.js';

/** A step-up as it begins, for a person who has agreed. */
export const firstView = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  purpose: 'verify',
  state: 'started',
  role: 'own',
  organisation: 'Example Ltd',
  expiresAt: '2099-01-01T00:00:00.000Z',
  retentionDays: 365,
  consentNeeded: false,
  action: null,
  agreedAt: null,
  consentVersion: 'consent-1',
  userSecret: 'none',
  light: 'none',
  referencePhotoNeeded: false,
  triesLeft: 3,
  phoneNeeded: false,
  handOffAllowed: true,
  handOff: null,
  pairing: null,
  fallbackUrl: null,
  anotherWays: [],
  recoveryCodesOffered: false,
  helpOffered: false,
  returnUrl: null,
} as const satisfies JsonObject;
