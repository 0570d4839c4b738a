import { z } from 'zod';
import type { AuditRecord } from '../src/audit/records.js';
import { SealedToken } from '../src/core/concealed.js';
import { tokenIdOf } from '../src/token/format.js';
import type { CheckEnd } from './client.js';
import type { Invariant } from './fault.js';
import type { Stage } from './stage.js';
import { readTrails } from './trails.js';

/** What was left open is settled by a replica that is back, and while a provider is away after pauses. */
const settledWithinMs = 60_000;

/**
 * A token in the profile ⇔ its record in the audit: and what stands there opens for its owner.
 * @param enrolled - whose own face may be shown
 */
export async function checkStoredTokens(stage: Stage, enrolled: readonly string[]): Promise<readonly Invariant[]> {
  const { torn, denied } = await untilSettled(stage);
  const subjects = [...stage.okta.org.users.keys()];
  const live = enrolled.filter((subject) => stage.tokenOf(subject) !== null && !denied.includes(subject));
  const closed = await listEnds(stage, live, (end) => end !== 'passed');
  const open = await listEnds(stage, denied, (end) => end === 'passed' || end === 'no answer');
  return [
    {
      invariant: 'a token is in the profile exactly where the audit says so',
      ...{ checked: subjects.length, broken: torn },
    },
    { invariant: 'every token in a profile opens for its owner', checked: live.length, broken: closed },
    ...(denied.length === 0
      ? []
      : [
          {
            invariant: 'a token that a revocation without an answer left in the profile opens nothing',
            ...{ checked: denied.length, broken: open },
          },
        ]),
  ];
}

/** How profiles and trails stand to each other. */
interface Standing {
  /** Subjects of whom they say different things, in words. */
  readonly torn: readonly string[];
  /** Subjects whose token is on record as revoked, and was not cleared. */
  readonly denied: readonly string[];
}

async function untilSettled(stage: Stage): Promise<Standing> {
  const lastTry = performance.now() + settledWithinMs;
  for (;;) {
    const found = compare(stage, await readTrails(stage.replicas));
    if (found.torn.length === 0 || performance.now() > lastTry) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

const tokenGuard = z.object({ tokenId: z.string().nullable() });

/** What puts a token into a profile. `enrolment_recovered`: found out after a crash that it stands there. */
const written = new Set(['enrolled', 'enrolment_recovered', 'renewed']);
const ended = new Set(['revoked', 'subject_erased']);

function compare({ okta, tokenOf }: Stage, records: readonly AuditRecord[]): Standing {
  const torn: string[] = [];
  const denied: string[] = [];
  for (const subject of okta.org.users.keys()) {
    const token = tokenOf(subject);
    const stored = token === null ? null : tokenIdOf(new SealedToken(token));
    const own = records.filter((record) => record.subject === subject);
    const last = own.findLast(({ action }) => written.has(action) || ended.has(action));
    const onRecord = last === undefined || ended.has(last.action) ? null : tokenGuard.parse(last.detail).tokenId;
    if (stored === onRecord) continue;
    const isRevoked = own.some(
      ({ action, detail }) => action === 'revoked' && tokenGuard.parse(detail).tokenId === stored,
    );
    // Denied first, then cleared: who got no answer sends the revocation again.
    if (stored !== null && isRevoked) denied.push(subject);
    else torn.push(`${subject}: ${stored ?? 'none'} stored, ${onRecord ?? 'none'} on record`);
  }
  return { torn, denied };
}

/** @returns the subjects whose face check ended as it must not */
async function listEnds(
  { client, pictures }: Stage,
  subjects: readonly string[],
  isBroken: (end: CheckEnd) => boolean,
): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const subject of subjects) {
    const end = await client.checkFace(subject, pictures.person[1]);
    if (isBroken(end)) broken.push(`${subject}: ${end}`);
  }
  return broken;
}
