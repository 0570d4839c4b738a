import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { administer } from '../../../support/benches/administration.js';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { defaultPolicy } from '../../../support/benches/core.js';
import { createMemoryProfile, findEveryGroup, loginOf } from '../../../support/fakes/simulated-profile.js';
import { createFolder } from '../../../support/run/folder.js';
import { forFile } from '../../../support/run/for-file.js';
import { type OperatedServer, startCompany, startOperatedServer } from '../../../support/servers/operated-server.js';
import type { AuditDetail } from '../../core/audit-events.js';
import type { Connection } from '../../core/connection.js';
import type { SignInRule } from '../../core/rules/rule.js';
import { createSignInRules } from '../../step-up/evaluate-sign-in.js';

/* `facestep policy`, against a running server: the active rules, their effect, and the rule for one sign-in. */

let dataFolder: string;
let operated: OperatedServer;
let connections: Map<string, Connection>;
const company = await forFile(startCompany());
beforeEach(async () => {
  dataFolder = createFolder('policy-command');
  connections = new Map();
  operated = await startOperatedServer(company, { dataFolder, given: { connections } });
  serve([]);
});
afterEach(() => operated.stop());

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
  const okta: Connection = { id: 'okta', kind: 'okta', profile, policy, openStepUpRequest: null };
  const evaluate = { signInRules: createSignInRules({ ...okta, findGroupIds: findEveryGroup }, operated.server.deps) };
  connections.set('okta', { ...okta, ...(given.length === 0 ? {} : evaluate) });
}

const run = (...args: string[]) => administer(operated.server, ['policy', ...args]);

test('without rules, the policy decides every sign-in, and the command says so', async () => {
  expect((await run('rules', 'okta')).printed).toEqual(['okta: no rules. The policy decides every sign-in (shadow).']);
  expect((await run('test', 'okta', '--user', loginOf('anna'))).printed).toEqual([
    'okta, user anna: a face check is needed, by the policy, and shadow mode refuses no one',
  ]);
});

test('rules are listed in the order of their evaluation, with the sign-ins that they decided or would have decided', async () => {
  serve(rules);
  const refused: AuditDetail<'hook_decided'> = {
    hook: 'token',
    outcome: 'unverified',
    fallback: 'deny',
    reason: 'no_check',
    rule: 'pilot',
  };
  const watched = { rule: 'everyone', outcome: 'deny', fallback: 'deny' } as const;
  await withAudit(
    createAuditDeps({ file: join(dataFolder, 'audit.jsonl'), clock: operated.server.clock }),
    async (audit) => {
      const record = (subject: string, detail: AuditDetail<'hook_decided'>, connection = 'okta') =>
        audit.append({ action: 'hook_decided', connection, subject, detail });
      await record('anna', refused);
      await record('anna', { ...refused, fallback: 'pass', wouldHave: 'deny', rule: undefined, watched });
      await record('berta', { hook: 'token', outcome: 'verified', at: 1, stepUpId: 's', liveness: null, watched });
      await record('berta', refused, 'other');
    },
  );
  const { printed } = await run('rules', 'okta');
  expect(printed.map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
    'rule when outcome mode sign-ins people refused people refused',
    'pilot groups: Pilot; networks: office face enforce 1 1 1 1',
    'everyone every sign-in deny shadow 2 2 2 2',
    expect.stringMatching(/^The policy decides the other sign-ins \(shadow\)\. Counted since 20/),
    'A rule in shadow mode decides nothing. Its numbers are what it would have decided.',
  ]);
});

test('the rule for a sign-in is named, and each condition is explained', async () => {
  serve(rules);
  const ask = async (...more: string[]) => (await run('test', 'okta', '--user', 'anna', ...more)).printed;
  const first = await ask('--address', '192.0.2.7');
  expect(first[0]).toBe('okta, user anna: a face check is needed, by rule "pilot"');
  expect(first.join('\n')).toMatch(/pilot +enforce +yes +groups: yes; networks: yes/);
  expect((await ask('--address', '198.51.100.7')).slice(0, 2)).toEqual([
    'okta, user anna: a face check is needed, by the policy, and shadow mode refuses no one',
    'Rule "everyone" in shadow mode would decide: refused',
  ]);
  const unknown = await ask();
  expect(unknown[0]).toBe('okta, user anna: refused, because a condition cannot be evaluated, by rule "pilot"');
  expect(unknown.join('\n')).toMatch(/groups: yes; networks: not known/);
  expect((await ask('--before-first-factor', '--address', '192.0.2.7')).join('\n')).toMatch(
    /groups: not known; networks: yes/,
  );
});

test('an unknown user and a wrong address are refused with the reason', async () => {
  serve(rules);
  await expect(run('test', 'okta', '--user', 'nemo')).rejects.toMatchObject({ code: 'subject_unknown' });
  const wrong = await run('test', 'okta', '--user', 'anna', '--address', 'office');
  expect(wrong.exitCode).toBe(2);
  expect(wrong.told.join()).toContain('Expected an IP address.');
});
