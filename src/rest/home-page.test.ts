import { expect, test } from '@jest/globals';
import { credentialsGuard } from '../config/credentials.js';
import { relyingPartyGuard } from '../config/oidc.js';
import { homePagesOf } from './home-page.js';

test('whoever may ask for data, and what people may carry, has the name that people know', () => {
  const purpose = { en: 'It is printed on the card' };
  const library = relyingPartyGuard.parse({
    ...{ kind: 'relying_party', id: 'library', name: 'City Library', secret: 's'.repeat(32) },
    redirectUris: ['https://library.example.com/callback'],
  });
  const credentials = credentialsGuard.parse({
    badge: { vct: 'https://face.example.com/badge', name: 'Staff badge', claims: { given_name: { purpose } } },
  });
  const oidc = { clients: [library], accountLinkDays: 365, credentials };
  const { clients } = homePagesOf([{ id: 'work', me: null, oidc }]).get('work') ?? {};
  expect([...(clients ?? [])].map(([id, { name }]) => [id, name])).toEqual([
    ['library', 'City Library'],
    ['credential:badge', 'Staff badge'],
  ]);
});
