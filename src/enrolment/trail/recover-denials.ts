import { z } from 'zod';
import { type PastEvent, readEvents } from '../../audit/events.js';
import type { DataFiles } from '../../config/data-files.js';
import type { Ports } from '../../core/deps.js';
import type { Clock, State } from '../../core/ports.js';
import { type EpochMs, epochMsGuard, fromIso } from '../../core/units.js';
import { replaceFile } from '../../files/durable-file.js';
import { readMarker } from '../../storage/state/marker.js';
import { deniedUntil, denyTokenId } from '../deny-list.js';
import { enrolmentEvents } from '../events.js';

/** Audit actions after which a token is denied: the named token, or the token that the named one replaced. */
const denying = [
  'revoked',
  'subject_erased',
  'renewed',
  'enrolled',
  'enrolment_recovered',
  'enrolment_refused',
] as const;

function deniedBy({ action, detail }: PastEvent<(typeof denying)[number]>): string | null {
  switch (action) {
    case 'revoked':
    case 'subject_erased':
    // The enrolment failed, but its token may have been written to the provider.
    case 'enrolment_refused':
      return detail.tokenId ?? null;
    case 'renewed':
    case 'enrolled':
    case 'enrolment_recovered':
      return detail.former ?? null;
  }
}

/**
 * Sources of the deny list of tokens: the audit log, and a file with denied tokens whose audit records retention
 * removed.
 */
type DenialFiles = Pick<DataFiles, 'audit' | 'deniedTokens'>;

/**
 * Writes all denied, unexpired tokens of the audit log to the store, in constant memory.
 * @returns the number of denied tokens
 */
export async function replayDenials(
  files: DenialFiles,
  { state, clock }: { readonly state: Pick<State, 'write'>; readonly clock: Clock },
): Promise<number> {
  let denied = 0;
  for (const [tokenId, expiresAt] of await readDenied(files))
    if (await denyTokenId({ tokenId, expiresAt }, { state, clock })) denied += 1;
  return denied;
}

/** Saves denied, unexpired tokens to a file before retention removes their audit records. */
export async function keepDenials(files: DenialFiles, { clock, random }: Ports<'clock' | 'random'>): Promise<void> {
  const denied = [...(await readDenied(files))].filter(([, expiresAt]) => {
    const until = deniedUntil(expiresAt);
    return until === null || until > clock.now();
  });
  await replaceFile(files.deniedTokens, JSON.stringify({ denied: Object.fromEntries(denied) }), random);
}

const keptGuard = z.strictObject({ denied: z.record(z.string(), epochMsGuard.nullable()) });

/** Reads denied tokens with their expiry, which is in the record of the enrolment or of a client's revocation. */
async function readDenied(files: DenialFiles): Promise<Map<string, EpochMs | null>> {
  const { audit: auditFile, deniedTokens } = files;
  const kept = await readMarker(deniedTokens, keptGuard);
  const denied = new Map<string, EpochMs | null>(Object.entries(kept?.denied ?? {}));
  for await (const event of readEvents(auditFile, denying, enrolmentEvents)) {
    const tokenId = deniedBy(event);
    if (tokenId === null) continue;
    const told = event.action === 'revoked' ? toExpiry(event.detail.expiresAt) : null;
    denied.set(tokenId, told ?? denied.get(tokenId) ?? null);
  }
  if (denied.size === 0) return denied;
  // A second pass reads the expiry of denied tokens only. Remembering the expiry of every token in the first pass would
  // take too much memory.
  for await (const { detail } of readEvents(auditFile, ['enrolled'], enrolmentEvents)) {
    const told = toExpiry(detail.expiresAt);
    if (told !== null && denied.has(detail.tokenId)) denied.set(detail.tokenId, told);
  }
  return denied;
}

const toExpiry = (text: string | null | undefined): EpochMs | null =>
  text === null || text === undefined ? null : fromIso(text);
