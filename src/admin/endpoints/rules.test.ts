import { beforeEach, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../support/benches/core.js';
import { fillLedger } from '../../../support/data/ledgered.js';
import { createMemoryProfile, findEveryGroup } from '../../../support/fakes/simulated-profile.js';
import { createFolder } from '../../../support/run/folder.js';
import { type OperatedServer, startCompany, startOperatedServer } from '../../../support/servers/operated-server.js';
import type { AuditDetail } from '../../core/audit-events.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Connection } from '../../core/connection.js';
import type { SignInRule } from '../../core/rules/rule.js';
import { createSignInRules } from '../../step-up/evaluate-sign-in.js';

/* The active rules of a running server, their effect, and the rule for one sign-in. */

let operated: OperatedServer;
let connections: Map<string, Connection>;
const company = await startCompany();
beforeEach(async () => {
  connections = new Map();
  operated = await startOperatedServer(company, { dataFolder: createFolder('rules'), given: { connections } });
  serve([]);
});

const rules: readonly SignInRule[] = [
  { name: 'everyone', when: {}, outcome: 'deny', mode: 'shadow', whenUnknown: 'policy' },
  {
    name: 'pilot',
    when: { groups: ['Pilot'], networks: ['office'] },
    outcome: 'face',
    mode: 'enforce',
    whenUnknown: 'deny',
  },
];

function serve(given: readonly SignInRule[]): void {
  const policy = { ...defaultPolicy, mode: 'shadow' as const, rules: given, networks: { office: ['192.0.2.0/24'] } };
  const profile = { ...createMemoryProfile(['anna']), readGroups: async () => [{ id: 'g-1', name: 'Pilot' }] };
  const okta: Connection = { id: 'okta', kind: 'okta', profile, policy };
  const evaluate = { signInRules: createSignInRules({ ...okta, findGroupIds: findEveryGroup }, operated.server.deps) };
  connections.set('okta', { ...okta, ...(given.length === 0 ? {} : evaluate) });
}

const list = async () => (await operated.get('/connections/okta/rules')).body;
const find = async (fields: JsonObject) =>
  (await operated.post('/connections/okta/rules/test', { user: 'anna', ...fields })).body;

test('rules are listed in the order of their evaluation, with the sign-ins of all replicas that they decided or would have decided', async () => {
  serve(rules);
  const refused: AuditDetail<'hook_decided'> = {
    hook: 'token',
    outcome: 'unverified',
    fallback: 'deny',
    reason: 'no_check',
    rule: 'pilot',
  };
  const watched = { rule: 'everyone', outcome: 'deny', fallback: 'deny' } as const;
  const decided = (subject: string, detail: AuditDetail<'hook_decided'>, connection = 'okta') =>
    ({ event: { action: 'hook_decided', connection, subject, detail }, hoursAgo: 0 }) as const;
  await fillLedger(operated.server, [
    decided('anna', refused),
    decided('anna', { ...refused, fallback: 'pass', wouldHave: 'deny', rule: undefined, watched }),
  ]);
  // Another replica has the trail of these.
  await fillLedger(
    operated.server,
    [
      decided('berta', { hook: 'token', outcome: 'verified', at: 1, stepUpId: 's', liveness: null, watched }),
      decided('berta', refused, 'other'),
    ],
    'd'.repeat(32),
  );
  const effect = (count: number) => ({ signIns: count, refused: count, peopleRefused: count });
  expect((await list()).rules).toMatchObject([
    { name: 'pilot', when: { groups: ['Pilot'], networks: ['office'] }, effect: effect(1) },
    { name: 'everyone', when: {}, mode: 'shadow', effect: effect(2) },
  ]);
});

test('the rule for a sign-in is named, and each condition is explained', async () => {
  serve(rules);
  const pilot = (groups: string, networks: string) => ({
    name: 'pilot',
    conditions: [
      { name: 'groups', truth: groups },
      { name: 'networks', truth: networks },
    ],
  });
  expect(await find({ address: 'x' })).toMatchObject({ field: 'address', reason: 'expected an IP address' });
  expect(await find({ address: '192.0.2.7' })).toMatchObject({
    outcome: 'face',
    rule: 'pilot',
    rules: [pilot('true', 'true'), { name: 'everyone' }],
  });
  expect(await find({ address: '198.51.100.7' })).toMatchObject({
    outcome: 'face',
    rule: null,
    watched: { rule: 'everyone', outcome: 'deny' },
  });
  expect(await find({})).toMatchObject({ outcome: 'unknown', rule: 'pilot', rules: [pilot('true', 'unknown'), {}] });
  const before = await find({ firstFactor: false, address: '192.0.2.7' });
  expect(before.rules).toMatchObject([pilot('unknown', 'true'), {}]);
  expect(await find({ user: 'nemo' })).toMatchObject({ code: 'subject_unknown' });
});
