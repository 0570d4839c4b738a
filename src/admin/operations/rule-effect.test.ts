import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { fillFromTrail } from '../../../support/data/ledgered.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createFolder } from '../../../support/run/folder.js';
import type { RuledPolicy, SignInRule } from '../../core/rules/rule.js';
import { addSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { createSqliteLedger } from '../../storage/state/ledger-sqlite.js';
import { noEffect, previewRuleEffects } from './rule-effect.js';

const pilot: SignInRule = {
  name: 'Pilot',
  when: { groups: ['pilot'] },
  outcome: 'face',
  mode: 'shadow',
  whenUnknown: 'policy',
};
const payroll: SignInRule = {
  name: 'Payroll',
  when: { applications: ['payroll'] },
  outcome: 'deny',
  mode: 'enforce',
  whenUnknown: 'policy',
};
const office: SignInRule = {
  name: 'Office',
  when: { networks: ['office'] },
  outcome: 'none',
  mode: 'shadow',
  whenUnknown: 'policy',
};
const policy: RuledPolicy = {
  mode: 'shadow',
  freshnessSec: 300,
  liveness: 'movement',
  whenUnverified: 'deny',
  whenUnavailable: 'deny',
  rules: [office, payroll, pilot],
  networks: { office: ['203.0.113.0/24'] },
};

async function preview(file: string, given: RuledPolicy = policy) {
  const clock = createManualClock();
  const since = addSec(clock.now(), -60);
  await withAudit(createAuditDeps({ file, clock }), async (audit) => {
    const append = (subject: string, application: string | undefined, isVerified: boolean, connection = 'work') =>
      audit.append({
        action: 'hook_decided',
        connection,
        subject,
        detail: isVerified
          ? { hook: 'token', outcome: 'verified', at: 1, stepUpId: 's', liveness: null, application }
          : { hook: 'token', outcome: 'unverified', fallback: 'pass', wouldHave: 'deny', application },
      });
    await append('ada', 'mail', false);
    await append('ada', 'mail', true);
    await append('ben', 'payroll', true);
    await append('eve', 'payroll', false);
    await append('eve', undefined, false);
    await append('ada', 'mail', false, 'other');
  });
  const readGroups = async (subject: string) => {
    if (subject === 'eve') throw new FaceError('profile_unavailable');
    // Entra ID states the ids of cloud groups without names.
    return subject === 'ada' ? [{ id: 'g1', name: null }] : [];
  };
  const findGroupIds = async (named: string) => (named === 'pilot' ? ['g1'] : []);
  const ledger = await createSqliteLedger(':memory:');
  await fillFromTrail(file, { ledger, clock });
  const asked = { connection: 'work', since, profile: { readGroups }, findGroupIds };
  const { since: _, ...found } = await previewRuleEffects(given, asked, { ledger, clock });
  await ledger.close();
  return found;
}

test('rules of a draft are evaluated for past sign-ins, and what is not recorded is counted as not known', async () => {
  const { effects, ...rest } = await preview(join(createFolder('effect'), 'audit.jsonl'));
  expect(rest).toEqual({ signIns: 5, people: 3, peopleRead: 2 });
  expect(Object.fromEntries(effects)).toEqual({
    // Ada's group is known; one of her two sign-ins had no check. Eve's groups cannot be read.
    Pilot: { signIns: 2, refused: 1, peopleRefused: 1, unknown: 2 },
    // A check does not help against a rule that refuses. Eve's second application is not recorded.
    Payroll: { signIns: 2, refused: 2, peopleRefused: 2, unknown: 1 },
    Office: { ...noEffect, unknown: 5 },
  });
});

test('it is not known who is in a group that the provider does not have', async () => {
  const misspelled = { ...pilot, when: { groups: ['pilto'] } };
  const { effects } = await preview(join(createFolder('effect'), 'audit.jsonl'), { ...policy, rules: [misspelled] });
  expect(effects.get('Pilot')).toEqual({ ...noEffect, unknown: 5 });
});

test('without groups in the rules, no groups are read', async () => {
  const { peopleRead } = await preview(join(createFolder('effect'), 'audit.jsonl'), { ...policy, rules: [payroll] });
  expect(peopleRead).toBeNull();
});
