import { type RecoveryReceiptClaims, recoveryReceiptType } from '../../client/receipt-claims.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { receiptLifeSec } from '../core/receipt.js';
import { Credential } from '../core/secrets.js';
import { toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type Recovery, recoveryAt } from './record.js';
import { approvalsNeeded, type Proof } from './stage.js';

/**
 * Issues the receipt of a finished recovery, for the customer's own program. Its type differs from that of a sign-in's
 * receipt (RFC 8725, section 3.11), so that neither counts as the other.
 * @throws `credential_refused` without `recovery.returnUrl`
 */
export async function issueRecoveryReceipt(
  { id, subject }: Recovery,
  proof: Proof,
  connection: Connection,
  { signer, issuer, audit, clock, random }: Ports<'clock' | 'random' | 'audit' | 'signer' | 'issuer'>,
): Promise<Credential> {
  const { returnUrl } = recoveryAt(connection).policy;
  if (returnUrl === null) throw new FaceError('credential_refused');
  const issuedAt = toEpochSec(clock.now());
  const receiptId = Buffer.from(random(16)).toString('base64url');
  const audience = new URL(returnUrl).origin;
  const receipt = await signer.sign(recoveryReceiptType, {
    iss: issuer,
    aud: audience,
    sub: subject,
    iat: issuedAt,
    exp: issuedAt + receiptLifeSec,
    jti: receiptId,
    connection: connection.id,
    txn: id,
    auth_time: toEpochSec(proof.faceAt),
    purpose: 'recovery',
    second_thing: proof.secondThing,
    approvals: approvalsNeeded(proof),
  } satisfies RecoveryReceiptClaims);
  const who = { connection: connection.id, subject };
  await audit.append({ action: 'recovery_receipt_issued', ...who, detail: { id, receiptId, audience } });
  return new Credential(receipt);
}
