import { encryptFor, isRecipientKey } from '../core/base/jwe.js';
import type { Ports } from '../core/deps.js';
import { receiptLifeSec } from '../core/receipt.js';
import type { ContentKey } from '../core/secrets.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import type { FlowingCheck } from './flow.js';
import { type ContentKeyRecipient, type ReleasedKey, requestOf } from './request-flow.js';
import { changeRecord, readRecord } from './stored.js';
import { noteReleasedKey } from './transitions.js';

/*
 * Release of a content key after a live check. The check runs in the browser's request, and the application reads the
 * result in another one. Between them only a ciphertext is stored, for the key pair that the application created for
 * this step-up.
 */

/** @throws `request_malformed` if the point is not on the curve */
export async function checkRecipient(recipient: ContentKeyRecipient): Promise<void> {
  if (await isRecipientKey(recipient)) return;
  throw new FaceError('request_malformed', { field: 'contentKeyTo', reason: 'Expected a public key on P-256.' });
}

/** Encrypts a content key for the application that started the step-up (JWE, RFC 7516). */
export async function encryptContentKey(
  contentKey: ContentKey,
  recipient: ContentKeyRecipient,
  { clock }: Ports<'clock'>,
): Promise<ReleasedKey> {
  const plaintext = contentKey.use((bytes) => Uint8Array.from(bytes));
  try {
    const jwe = await encryptFor(recipient, plaintext);
    return { jwe, expiresAt: addSec(clock.now(), receiptLifeSec) };
  } finally {
    plaintext.fill(0);
  }
}

/**
 * Returns the encrypted content key of a passed step-up, and deletes it.
 * @returns `null` if there is none, if it was returned before, or two minutes after the pass
 * @throws `step_up_unknown`
 */
export async function takeContentKey(id: string, deps: Ports<'state' | 'clock'>): Promise<string | null> {
  const found = await readRecord(id, deps);
  if (releasedOf(found.record) === null) return null;
  let taken: ReleasedKey | null = null;
  await changeRecord(
    id,
    (latest) => {
      taken = releasedOf(latest);
      return noteReleasedKey(latest, null);
    },
    deps,
    found,
  );
  return readUnexpired(taken, deps);
}

function releasedOf(record: Pick<FlowingCheck, 'flow'>): ReleasedKey | null {
  const flow = requestOf(record);
  return flow?.kind === 'held_token' ? (flow.contentKey?.released ?? null) : null;
}

const readUnexpired = (found: ReleasedKey | null, { clock }: Ports<'clock'>): string | null =>
  found === null || found.expiresAt <= clock.now() ? null : found.jwe;
