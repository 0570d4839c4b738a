import { expect, test } from '@jest/globals';
import { connectionsReply } from '../connections/replies.js';
import { callServer } from './call-server.js';

const mode = { inForce: 'shadow', file: 'shadow', rules: { refusing: [], allowing: [] }, switched: null };
const policy = {
  accuracy: 4,
  liveness: 'passive',
  livenessVendor: null,
  userSecret: 'none',
  whenUnverified: 'deny',
  anotherWay: { email: false, sms: false, recoveryCodes: false, counts: false },
  referencePhoto: false,
  replacedBy: 'face',
  bypass: null,
  settings: [],
};
const connection = { id: 'workforce', kind: 'okta', mode, recovery: 'off', ownPage: null, policy };

const ask = (connections: readonly unknown[]) =>
  callServer('GET /connections', connectionsReply, {
    env: { FACESTEP_ADMIN_KEY: 'k'.repeat(43) },
    loadAddress: () => Promise.reject(new Error('needs no configuration')),
    loadConfiguredKey: () => Promise.reject(new Error('needs no configuration')),
    fetch: async () => Response.json({ ok: true, connections }),
  });

test('the command line ignores fields that a newer server adds, at any depth', async () => {
  const newer = { ...connection, policy: { ...policy, added: 1 }, added: { more: true } };
  expect(await ask([newer])).toEqual({ connections: [connection] });
});

test('the command line reports a different server version if a reply lacks a required field', async () => {
  await expect(ask([{ ...connection, mode: undefined }])).rejects.toMatchObject({ code: 'reply_unknown' });
});
