import { auditEvents } from '../../src/app/audit-events.js';
import { createFileAudit, type FileAuditDeps } from '../../src/audit/file.js';
import { type HeadDeps, signHeads } from '../../src/audit/heads.js';
import type { AuditDetail } from '../../src/core/audit-events.js';
import type { Audit } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { createTestJobs } from '../fakes/jobs.js';
import { createTestSigner } from '../fakes/keys.js';
import { createTextLog, systemRandom } from '../fakes/sinks.js';

const signer = await createTestSigner();

export interface AuditDeps extends FileAuditDeps, HeadDeps {}

/** Creates dependencies with a real signer and a separate state store as defaults. */
export function createAuditDeps(given: Pick<AuditDeps, 'file'> & Partial<AuditDeps>): AuditDeps {
  const clock = given.clock ?? { now: () => epochMs(Date.now()) };
  const log = given.log ?? createTextLog();
  return {
    auditEvents,
    clock,
    random: systemRandom,
    signer,
    state: createSqliteState({ file: ':memory:', clock }),
    log,
    jobs: createTestJobs({ clock, log }),
    retentionDays: null,
    requestId: () => null,
    onHeadAge: () => {},
    ...given,
  };
}

export const tokenChange = (
  tokenId: string,
  given: Partial<AuditDetail<'enrolment_begun'>> = {},
): AuditDetail<'enrolment_begun'> => ({
  tokenId,
  keyVersion: 1,
  photos: 3,
  kind: 'enrolment',
  expiresAt: null,
  former: null,
  formerExpiresAt: null,
  ...given,
});

/** Opens an audit log with signed checkpoints of its hash chain, as the server does. */
export const openAudit = async (deps: AuditDeps): Promise<Audit> => signHeads(await createFileAudit(deps), deps);

export async function withAudit(deps: AuditDeps, work: (audit: Audit) => Promise<void>): Promise<void> {
  const audit = await openAudit(deps);
  await work(audit).finally(() => audit.close());
}
