import type { CheckReply } from '../../../src/audit/ledger/replies.js';

/**
 * Returns the refused attempts with a face or a code, and the sign-ins that a hook refused, since the last passed check.
 * Each attempt is one request of a check, which can log several events. Events that name an administrator do not count.
 */
export function refusalsOf(checks: readonly CheckReply[]) {
  const passed = checks.findIndex(({ outcome }) => outcome === 'passed');
  const since = passed === -1 ? checks : checks.slice(0, passed);
  const refused = since
    .flatMap(({ events }) => events)
    .filter(({ outcome, by, action }) => outcome === 'refused' && by === null && action !== 'locked_out');
  const signIns = refused.filter(({ action }) => action === 'hook_decided');
  const attempts = refused.filter(({ action }) => action !== 'hook_decided');
  return { signIns, attempts: [...new Map(attempts.map((each) => [each.requestId ?? each.id, each])).values()] };
}
