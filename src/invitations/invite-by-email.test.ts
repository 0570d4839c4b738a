import { expect, test } from '@jest/globals';
import { startCapture } from '../../support/benches/capture-bench.js';
import { adminKey } from '../../support/servers/api-server.js';

test('an invitation has the name and the language of the profile, and the given language if the profile has none', async () => {
  const { server, profile } = await startCapture({ organisation: 'Hafenklinik' }, {}, ['anna', 'berta']);
  profile.details.set('anna', { locale: 'de-AT' });
  for (const subject of ['anna', 'berta']) {
    const fields = { connection: 'acme', subject, send: 'email', language: 'fr' };
    const { status } = await server.postJson('/subjects/invite', fields, { 'x-admin-key': adminKey });
    expect(status).toBe(201);
  }
  const [anna, berta] = server.messages;
  expect(anna).toMatchObject({
    sender: 'Hafenklinik',
    subject: 'Hafenklinik bittet Sie, Ihre Gesichtsprüfung einzurichten',
    text: expect.stringContaining('Guten Tag anna Example'),
  });
  expect(berta?.subject).toBe('Hafenklinik vous demande de configurer votre vérification du visage');
});
