import { expect, test } from '@jest/globals';
import { createOidcGuard } from '../../config/oidc.js';
import { credentialsAddition } from './config.js';

const oidcGuard = createOidcGuard([credentialsAddition]);

test('no client is required if credentials are issued, and at least one otherwise', () => {
  const claims = { name: { purpose: { en: 'To call you by your name' } } };
  const credentials = { staff_card: { vct: 'https://face.example.com/types/card', name: 'Staff card', claims } };
  expect(oidcGuard.parse({ credentials })).toMatchObject({ clients: [], credentials: { staff_card: { days: 90 } } });
  for (const none of [{}, { credentials: {} }]) expect(oidcGuard.safeParse(none).success).toBe(false);
});
