import { z } from 'zod';
import type { AuditRecord } from '../src/audit/records.js';
import { SealedToken } from '../src/core/concealed.js';
import { tokenIdOf } from '../src/token/format.js';
import type { Invariant } from './fault.js';
import type { Stage } from './stage.js';
import { readTrails } from './trails.js';

/** What was left open is settled by a replica that is back, and while a provider is away after pauses. */
const settledWithinMs = 60_000;

/**
 * A token in the profile ⇔ its record in the audit: and what stands there opens for its owner. A revocation that got no
 * answer is sent again first, as its caller would.
 * @param enrolled - whose own face may be shown
 */
export async function checkStoredTokens(stage: Stage, enrolled: readonly string[]): Promise<readonly Invariant[]> {
  const { client, pictures, okta, tokenOf, openRevocations } = stage;
  for (const subject of [...openRevocations]) await client.revoke(subject);
  const torn = await untilSettled(stage);
  const stored = enrolled.filter((subject) => tokenOf(subject) !== null);
  const closed: string[] = [];
  for (const subject of stored) {
    const end = await client.checkFace(subject, pictures.person[1]);
    if (end !== 'passed') closed.push(`${subject}: ${end}`);
  }
  return [
    {
      invariant: 'a token is in the profile exactly where the audit says so',
      ...{ checked: okta.org.users.size, broken: torn },
    },
    { invariant: 'every token in a profile opens for its owner', checked: stored.length, broken: closed },
  ];
}

/** @returns of whom profiles and trails say different things, in words */
async function untilSettled(stage: Stage): Promise<readonly string[]> {
  const lastTry = performance.now() + settledWithinMs;
  for (;;) {
    const torn = compare(stage, await readTrails(stage.replicas));
    if (torn.length === 0 || performance.now() > lastTry) return torn;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const tokenGuard = z.object({ tokenId: z.string().nullable() });

/** What puts a token into a profile. `enrolment_recovered`: found out after a crash that it stands there. */
const written = new Set(['enrolled', 'enrolment_recovered', 'renewed']);
const ended = new Set(['revoked', 'subject_erased']);

function compare({ okta, tokenOf }: Stage, records: readonly AuditRecord[]): readonly string[] {
  return [...okta.org.users.keys()].flatMap((subject) => {
    const token = tokenOf(subject);
    const stored = token === null ? null : tokenIdOf(new SealedToken(token));
    const last = records.findLast(
      (record) => record.subject === subject && (written.has(record.action) || ended.has(record.action)),
    );
    const onRecord = last === undefined || ended.has(last.action) ? null : tokenGuard.parse(last.detail).tokenId;
    return stored === onRecord ? [] : [`${subject}: ${stored ?? 'none'} stored, ${onRecord ?? 'none'} on record`];
  });
}
