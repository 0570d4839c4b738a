import { createFileAudit, type FileAuditDeps } from '../src/audit/file.js';
import { type HeadDeps, signHeads } from '../src/audit/heads.js';
import type { AuditDetail } from '../src/core/audit-events.js';
import type { Audit } from '../src/core/ports.js';
import { epochMs } from '../src/core/units.js';
import { createSqliteState } from '../src/state/sqlite.js';
import { createTestJobs } from './jobs.js';
import { createTestSigner } from './keys.js';
import { createTextLog, systemRandom } from './sinks.js';

const signer = await createTestSigner();

/** What a trail is kept with, and what its heads are signed with and kept in. */
export interface AuditDeps extends FileAuditDeps, HeadDeps {}

/** The same, where a test does not say otherwise: a real signer, and a state store of its own. */
export function createAuditDeps(given: Pick<AuditDeps, 'file'> & Partial<AuditDeps>): AuditDeps {
  const clock = given.clock ?? { now: () => epochMs(Date.now()) };
  const log = given.log ?? createTextLog();
  return {
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

/** What is told of a token that was put into a profile: the first one there, where a test does not say otherwise. */
export const tokenChange = (
  tokenId: string,
  given: Partial<AuditDetail<'enrolment_begun'>> = {},
): AuditDetail<'enrolment_begun'> => ({
  ...{ tokenId, keyVersion: 1, photos: 3, kind: 'enrolment', expiresAt: null, former: null, formerExpiresAt: null },
  ...given,
});

/** A trail with signed heads, as the server keeps it. */
export const openAudit = async (deps: AuditDeps): Promise<Audit> => signHeads(await createFileAudit(deps), deps);

/** Writes a trail, and closes it. */
export async function withAudit(deps: AuditDeps, work: (audit: Audit) => Promise<void>): Promise<void> {
  const audit = await openAudit(deps);
  await work(audit).finally(() => audit.close());
}
