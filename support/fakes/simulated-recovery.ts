import type { AccountRecovery } from '../../src/core/ports.js';
import { RecoveryCredential } from '../../src/core/secrets.js';
import { epochMs } from '../../src/core/units.js';
import { FaceError, type FaceErrorCode } from '../../src/errors.js';

/** Creates a provider that issues Temporary Access Passes in memory, and that can be told to fail. */
export function createSimulatedRecovery() {
  const alive = new Map<string, string>();
  const counts = { issued: 0, revoked: 0, passwordsEnded: 0 };
  const failing: { check: FaceErrorCode | null; issue: FaceErrorCode | null; revoke: FaceErrorCode | null } = {
    check: null,
    issue: null,
    revoke: null,
  };
  /** True if the provider has ids of its credentials. */
  const naming = { ids: true };
  /** True if the answer of a successful issue is lost. */
  const losing = { answer: false };
  /** Called between the issue at the provider and its answer. */
  const meanwhile: { run: () => Promise<void> } = { run: async () => {} };
  const failIf = (code: FaceErrorCode | null): void => {
    if (code !== null) throw new FaceError(code, { reason: 'simulated' });
  };
  const recovery: AccountRecovery = {
    credentialKind: 'temporary_access_pass',
    signInUrl: 'https://login.example.com',
    checkIssuable: async () => failIf(failing.check),
    async issueCredential(subject) {
      failIf(failing.issue);
      counts.issued += 1;
      const id = `pass-${counts.issued}`;
      alive.set(subject, id);
      await meanwhile.run();
      if (losing.answer) throw new FaceError('profile_unavailable', { reason: 'no answer' });
      return {
        credential: new RecoveryCredential(`secret-of-${id}`),
        expiresAt: epochMs(Date.UTC(2030, 0, 1)),
        id: naming.ids ? id : null,
      };
    },
    async revokeCredential(subject, id) {
      failIf(failing.revoke);
      counts.revoked += 1;
      if (id === null || alive.get(subject) === id) alive.delete(subject);
      return 'ended';
    },
    async endPassword() {
      counts.passwordsEnded += 1;
    },
  };
  return { recovery, alive, counts, failing, naming, losing, meanwhile };
}
