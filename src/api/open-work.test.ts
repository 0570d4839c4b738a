import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiServer, adminKey, startApiServer } from '../../test/api-server.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { createMemoryProfile } from '../../test/simulated-profile.js';
import type { Connection } from '../core/connection.js';
import { changeList } from '../core/help-desk/bounded-list.js';
import { issueBypass } from '../core/help-desk/bypass.js';
import { type HelpRequest, helpRequests } from '../core/help-desk/help-request-list.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { addAdministrator } from '../rest/administrators.js';
import { issueApplicationKey } from '../rest/application-keys.js';
import { registerApplication } from '../rest/applications.js';
import type { Role } from '../rest/rights.js';

/* Open requests and expiring secrets among the open tasks, by role. */

const day = secondsPerDay;
const owner = { id: 'key:o', name: 'owner', role: 'owner', means: 'key' } as const;
let server: ApiServer;
beforeAll(async () => {
  const bypass = { allowed: true, minutes: 15, approvals: 2, takesKeys: true } as const;
  const acme: Connection = {
    ...{ id: 'acme', kind: 'okta', profile: createMemoryProfile(['ada', 'ben']), openStepUpRequest: null },
    policy: { ...defaultPolicy, bypass },
  };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['acme', acme]]) });
  const kay = { id: 'key:kay', name: 'kay', means: 'key' } as const;
  await issueBypass({ connection: acme, subject: 'ada', by: kay, minutes: null, application: null }, server.deps);
  const at = server.clock.now();
  const request = {
    connection: 'acme',
    stepUpId: 'x',
    reason: 'other',
    note: '',
    at,
    expiresAt: addSec(at, day),
  } as const;
  const rows: HelpRequest[] = [
    { ...request, id: 'a', subject: 'ada', takenBy: 'kay', takenById: 'key:kay' },
    { ...request, id: 'b', subject: 'ben', takenBy: null, takenById: null },
  ];
  await changeList(helpRequests, () => rows, server.deps);
  const terms = { name: 'Portal', tenant: 'default', scopes: [], perMinute: 1, perDay: 1, contact: '' };
  const { id } = await registerApplication(terms, owner, server.deps);
  for (const days of [13, 15])
    await issueApplicationKey(id, { scopes: undefined, lifeSec: days * day }, owner, server.deps);
});
afterAll(() => server.stop());

async function open(key: string) {
  const { body } = await server.send('GET', '/to-do', { headers: { 'x-admin-key': key } });
  const items = Array.isArray(body.items) ? body.items : [];
  const codes = ['help_waiting', 'approvals_waiting', 'requests_waiting', 'secret_expiring'];
  return items.filter((item) => codes.includes(Object(item).code));
}

const keyOf = async (role: Role, lifeSec: number) =>
  (await addAdministrator({ name: role, role, lifeSec }, owner, server.deps)).credential.use((text) => text);

test('each role finds the open requests that it may answer, and no others', async () => {
  const desk = await keyOf('help-desk', 60 * day);
  const auditor = await keyOf('auditor', 12 * day);
  const help = { code: 'help_waiting', urgency: 'now', count: 1, where: 'help_desk' };
  const approvals = { code: 'approvals_waiting', urgency: 'now', count: 1, where: 'approvals' };
  const ofAuditor = { code: 'secret_expiring', urgency: 'soon', about: 'auditor', where: 'administrators' };
  const ofPortal = { code: 'secret_expiring', about: 'Portal', where: 'applications' };
  expect(await open(adminKey)).toMatchObject([help, approvals, ofAuditor, ofPortal]);
  expect(await open(desk)).toMatchObject([help, approvals]);
  expect(await open(auditor)).toMatchObject([ofAuditor, ofPortal]);
});
