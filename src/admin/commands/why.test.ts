import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { runHere } from '../../../support/benches/cli.js';
import { fillFromTrail } from '../../../support/data/ledgered.js';
import { createFolder } from '../../../support/run/folder.js';
import { modelsFolder } from '../../../support/run/paths.js';
import type { AuditEvent } from '../../core/audit-events.js';
import { epochMs } from '../../core/units.js';
import { createSqliteLedger } from '../../storage/state/ledger-sqlite.js';

/** Runs the command on a real trail. The provider does not respond, so that the given text is used as an id. */
const explain = (...events: readonly AuditEvent[]): Promise<readonly string[]> => explainHere(events, []);

/** @param elsewhere - events of another replica, which the shared log has */
async function explainHere(
  events: readonly AuditEvent[],
  elsewhere: readonly AuditEvent[],
  more: object = {},
): Promise<readonly string[]> {
  const dataFolder = createFolder('why');
  const write = async (file: string, written: readonly AuditEvent[]): Promise<string> => {
    await withAudit(createAuditDeps({ file }), async (audit) => {
      for (const event of written) await audit.append(event);
    });
    return file;
  };
  const ledger = await createSqliteLedger(join(dataFolder, 'ledger.db'));
  const deps = { ledger, clock: { now: () => epochMs(Date.now()) } };
  await fillFromTrail(await write(join(dataFolder, 'audit.jsonl'), events), deps);
  if (elsewhere.length > 0)
    await fillFromTrail(await write(join(createFolder('other'), 'audit.jsonl'), elsewhere), deps);
  await ledger.close();
  const okta = { orgUrl: 'http://127.0.0.1:9', auth: { kind: 'api_token', token: 't' } };
  const hooks = { secret: { value: '0123456789abcdef' } };
  const connections = [{ id: 'work', kind: 'okta', policy: { mode: 'shadow' }, okta: { ...okta, hooks } }];
  const config = join(dataFolder, 'facestep.json');
  writeFileSync(config, JSON.stringify({ dataFolder, modelsFolder, connections, ...more }));
  const { stdout } = await runHere(['why', 'work', 'anna'], { FACESTEP_CONFIG: config });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.slice(1).map((line) => line.replace(/^(Last refused )?\S+(: | +)/, '$1'));
}

const anna = { connection: 'work', subject: 'anna' };

test('a user whom only another replica saw is explained by the log of decisions', async () => {
  const lines = await explainHere(
    [{ action: 'verified', ...anna, subject: 'ben', detail: { tokenId: 't' } }],
    [{ action: 'verification_refused', ...anna, detail: { code: 'liveness_low' } }],
  );
  expect(lines).toEqual([
    'events for that user in this trail. Check the username.',
    'other replicas, from the log of decisions (details: --trail with their folders):',
    '! verification_refused refused liveness_low',
  ]);
});

const id = 'a'.repeat(24);

test('a user is explained by the trail while the state store is down', async () => {
  const state = { kind: 'redis', url: 'redis://127.0.0.1:9' };
  const refused: AuditEvent = { action: 'verification_refused', ...anna, detail: { code: 'liveness_low' } };
  expect((await explainHere([refused], [], { state })).at(0)).toMatch(/^! Refused: /);
});

test.each([
  [
    'recovery_too_soon',
    'The face, the mailbox or the phone of this account changed in the last days. Ask the help desk. (recovery_too_soon)',
  ],
  [
    'recovery_privileged',
    'This account cannot be recovered here. Ask an administrator in person. (recovery_privileged)',
  ],
  [
    'recovery_manager_missing',
    'No manager may approve this: the directory names none with a mailbox, or the manager is new. (recovery_manager_missing)',
  ],
  [
    'credential_refused',
    'The identity provider does not allow this credential for this person. Nothing was changed. (credential_refused)',
  ],
  ['face_not_verified', 'the manager declined it, or their face check failed'],
] as const)('the command explains the refusal of a recovery: %s', async (code, text) => {
  const lines = await explain(
    { action: 'recovery_link_made', ...anna, detail: { id, send: 'email', by: 'grace' } },
    { action: 'recovery_second_thing_proven', ...anna, detail: { id, secondThing: 'other_email' } },
    { action: 'recovery_face_passed', ...anna, detail: { id, stepUpId: 'x', secondThing: 'other_email' } },
    { action: 'recovery_refused', ...anna, detail: { id, code } },
  );
  expect(lines).toEqual([
    'A recovery link was created by grace',
    'Recovery: confirmed by a code to the second mailbox',
    'Recovery: the face check passed',
    `! Recovery refused: ${text}`,
    `Last refused Recovery refused: ${text}`,
  ]);
});

test('the command explains a recovery to its end, and its revocation by an administrator', async () => {
  const lines = await explain(
    { action: 'recovery_manager_asked', ...anna, detail: { id, stepUpId: 'x' } },
    { action: 'recovery_approved', ...anna, detail: { id, by: 'joan' } },
    {
      action: 'recovered',
      ...anna,
      detail: { id, credential: 'temporary_access_pass', secondThing: 'manager' },
    },
    { action: 'recovery_denied', ...anna, detail: { id, by: 'grace' } },
    { action: 'recovery_revoked', ...anna, detail: { id, result: 'ended' } },
    { action: 'recovery_revoked', ...anna, detail: { id, result: 'expires' } },
    { action: 'recovery_evaluated', ...anna, detail: { id, secondThing: 'phone', approvals: 0 } },
    {
      action: 'recovery_receipt_issued',
      ...anna,
      detail: { id, receiptId: 'r', audience: 'https://app.example.com' },
    },
  );
  expect(lines).toEqual([
    'Recovery: the manager was asked to approve it',
    'Recovery: approved by joan',
    'Recovered: a new credential was shown (temporary access pass)',
    '! Recovery refused by grace. A credential from it is revoked',
    'The credential of the recovery was revoked',
    'The credential of the recovery cannot be revoked at the provider. It ends when it expires',
    'Recovery: the face and the account were in order. recovery.mode is "evaluation", so nothing was issued',
    'Recovered: a receipt was issued for https://app.example.com',
    'Last refused Recovery refused by grace. A credential from it is revoked',
  ]);
});

test('a sign-in that shadow mode or the policy let through is not named as the last refusal', async () => {
  const decided = { hook: 'token', outcome: 'unverified', reason: 'no_check' } as const;
  const denied = { action: 'hook_decided', ...anna, detail: { ...decided, fallback: 'deny' } } as const;
  const watched = { action: 'hook_decided', ...anna, detail: { ...decided, fallback: 'pass' } } as const;
  const unclaimed = { action: 'hook_decided', ...anna, detail: { ...decided, fallback: 'omit_claim' } } as const;
  const fault = { hook: 'token', outcome: 'refused', code: 'internal', wouldHave: 'deny' } as const;
  const failed = { action: 'hook_decided', ...anna, detail: fault } as const;
  expect((await explain(watched, unclaimed, failed)).at(-1)).toContain('refusal is recorded.');
  const refused = 'Hook token: refused: no face check was passed lately enough';
  expect((await explain(denied, watched)).at(-1)).toBe(`Last refused ${refused}`);
});

test('the command explains checks that expired, and those of test people', async () => {
  const about = { stepUpId: 'x', purpose: 'verify' } as const;
  const lines = await explain(
    { action: 'step_up_expired', ...anna, detail: about },
    { action: 'test_passed', ...anna, detail: { ...about, test: true } },
  );
  expect(lines).toEqual([
    'The check expired before it passed or failed',
    'The check of a test person passed. No face was verified',
    'refusal is recorded.',
  ]);
});
