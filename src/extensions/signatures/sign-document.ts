import { referenceMechanism, signatureAudience, signatureType } from '../../../client/signature-header.js';
import { toNoted } from '../../core/action.js';
import type { Photo } from '../../core/concealed.js';
import type { Ports } from '../../core/deps.js';
import { digestOf } from '../../core/digest.js';
import { redeemApproval } from '../../core/receipt.js';
import { toEpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/**
 * Signs a document after the user approved its name and digest. The approval is consumed, but the same document may be
 * signed again with it.
 * @returns a compact JWS without its payload (RFC 7797)
 * @throws `receipt_invalid` without a valid approval; `document_changed` if the approval is for another document
 */
export async function signDocument(
  asked: {
    readonly connection: string;
    readonly subject: string;
    readonly receipt: string;
    readonly document: Photo;
  },
  deps: Ports<'state' | 'clock' | 'audit' | 'log' | 'signer' | 'issuer'>,
): Promise<string> {
  const { connection, subject, receipt, document } = asked;
  const digest = document.use((bytes) => digestOf(bytes).toString('hex'));
  const {
    action,
    action_digest: actionDigest,
    txn,
  } = await redeemApproval(
    receipt,
    {
      ...{ audience: signatureAudience, connection, subject },
      toUse(claims) {
        if (claims.action.document?.digest !== digest) throw new FaceError('document_changed');
        return `signature:${digest}`;
      },
    },
    deps,
  );
  const header = {
    b64: false,
    crit: ['b64', 'sigD'],
    iat: toEpochSec(deps.clock.now()),
    sigD: { mId: referenceMechanism, pars: [action.document?.name ?? ''] },
    approval: receipt,
  };
  const signature = await document.use((bytes) => deps.signer.signDetached(signatureType, header, bytes));
  const { title } = toNoted({ words: action, digest: actionDigest });
  const detail = { stepUpId: txn, actionDigest, document: digest, title };
  await deps.audit.append({ action: 'document_signed', connection, subject, detail });
  return signature;
}
