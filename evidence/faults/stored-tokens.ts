import { setTimeout as sleep } from 'node:timers/promises';
import { SealedToken } from '../../src/core/concealed.js';
import { parseToken } from '../../src/face/token/format.js';
import type { Invariant } from './fault.js';
import type { Stage } from './stage.js';
import { readTrails, type TrailEvent } from './trails.js';

/** Time for pending changes to complete after recovery, including back-off. */
const settledWithinMs = 60_000;

/**
 * Verifies that each profile's token matches the audit log and opens for its owner. Revocations whose answer was lost
 * are retried first.
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
      checked: okta.org.users.size,
      broken: torn,
    },
    { invariant: 'every token in a profile opens for its owner', checked: stored.length, broken: closed },
  ];
}

/**
 * Waits until all profiles match the audit logs.
 * @returns differences that remain
 */
async function untilSettled(stage: Stage): Promise<readonly string[]> {
  const lastTry = performance.now() + settledWithinMs;
  for (;;) {
    const torn = compare(stage, await readTrails(stage.replicas));
    if (torn.length === 0 || performance.now() > lastTry) return torn;
    await sleep(250);
  }
}

/**
 * Returns the ID of the token that the profile has after an event, `null` if it has none, or `undefined` if the event
 * does not change it.
 */
function tokenAfter({ action, detail }: TrailEvent): string | null | undefined {
  if (action === 'enrolled' || action === 'enrolment_recovered' || action === 'renewed') return detail.tokenId;
  return action === 'revoked' || action === 'subject_erased' ? null : undefined;
}

function compare({ okta, tokenOf }: Stage, records: readonly TrailEvent[]): readonly string[] {
  return [...okta.org.users.keys()].flatMap((subject) => {
    const token = tokenOf(subject);
    const stored = token === null ? null : parseToken(new SealedToken(token)).tokenId;
    const told = records.filter((record) => record.subject === subject).map(tokenAfter);
    const onRecord = told.findLast((tokenId) => tokenId !== undefined) ?? null;
    return stored === onRecord ? [] : [`${subject}: ${stored ?? 'none'} stored, ${onRecord ?? 'none'} on record`];
  });
}
