import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { attachHook, type HookChannelSettings } from '../../support/servers/okta-hooks.js';
import { hookSecret, type OktaBench, openOktaBench } from '../contract/okta.js';
import { type OktaServer, startOktaServer } from '../contract/okta-server.js';

/* Rules for sign-ins at Okta, with the org's own groups. */

const password = 'correct horse';
const ada = { login: 'ada@example.com', password };
const grace = { login: 'grace@example.com', password };
const channel: HookChannelSettings = { type: 'HTTP', header: 'Authorization', secret: hookSecret };

let bench: OktaBench;
let server: OktaServer;
let adaId: string;
beforeEach(async () => {
  bench = await openOktaBench();
  adaId = await bench.okta.createUser(ada);
  await bench.okta.createUser(grace);
});
afterEach(async () => {
  await server.stop();
  await bench.close();
});

const pilot = { name: 'Pilot', when: { groups: ['Face pilot'] }, mode: 'enforce', whenUnknown: 'deny' };

async function serve(policy: Readonly<Record<string, unknown>>): Promise<void> {
  server = await startOktaServer(bench, bench.connect({ policy }));
  await attachHook(bench.okta, { kind: 'token', uri: `${server.origin}/hooks/workforce/token`, channel });
}

const denied = { ok: false, description: expect.stringMatching(/^face_not_verified: /) };

test('a rule in enforce mode refuses the members of its group, while the policy lets the others through', async () => {
  bench.okta.org.groups.set('00g1', { name: 'Face pilot', members: new Set([adaId]) });
  await serve({ mode: 'shadow', rules: [pilot] });
  expect(await bench.okta.signIn(ada)).toMatchObject(denied);
  expect(await bench.okta.signIn(grace)).toMatchObject({ ok: true });
  expect(bench.core.audit.events.filter(({ action }) => action === 'hook_decided')).toMatchObject([
    { subject: adaId, detail: { fallback: 'deny', rule: 'Pilot' } },
    { detail: { fallback: 'pass', wouldHave: 'deny' } },
  ]);
});

test('a malformed call is refused if a rule is in enforce mode, and passes if all are in shadow mode', async () => {
  const ask = async () => {
    const headers = { authorization: hookSecret, 'content-type': 'application/json' };
    const answer = await fetch(`${server.origin}/hooks/workforce/token`, { method: 'POST', headers, body: '{}' });
    return answer.json();
  };
  await serve({ mode: 'shadow', rules: [{ ...pilot, mode: 'shadow' }] });
  expect(await ask()).toEqual({ commands: [] });
  await server.stop();
  await serve({ mode: 'shadow', rules: [pilot] });
  expect(await ask()).toMatchObject({ error: { errorSummary: expect.stringMatching(/^request_malformed: /) } });
});
