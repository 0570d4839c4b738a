import { flattenedVerify } from 'jose/jws/flattened/verify';
import { decodeJwt } from 'jose/jwt/decode';
import * as z from 'zod/mini';
import { actionGuard, sha256 } from './action.js';
import type { ApprovalClaims, ExpectedReceipt } from './receipt-claims.js';
import { createReceiptVerifier, type KeySet, keepKeys } from './receipt-verifier.js';
import { signatureAudience, signatureHeader } from './signature-header.js';

/*
 * A signature is a JWS of the issuer whose detached payload is the document (RFC 7515, RFC 7797). Its protected header
 * contains the user's approval, a receipt.
 */

/** Texts of faults of the signature itself. Faults of the approval in it are reported as `ReceiptError`. */
export const signatureErrorText = {
  malformed: 'This is not a signature of a document.',
  signature:
    'The signature is not over this very file by the key it should be: the file was changed, or the signature is another’s.',
  document: 'What was approved by the face check is another document.',
} as const;

export type SignatureErrorCode = keyof typeof signatureErrorText;

export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  constructor(
    readonly code: SignatureErrorCode,
    options?: ErrorOptions,
  ) {
    super(signatureErrorText[code], options);
  }
}

const maxSignatureCharacters = 32_768;

export interface DocumentSignature {
  /** Time of signing, in seconds since 1970. */
  readonly signedAt: number;
  /** Claims about the approver and the approved action. */
  readonly approval: ApprovalClaims;
}

export interface SignatureVerifier {
  /**
   * Verifies that the issuer signed this file, after a face check of the user who saw and approved it. The approval
   * must have been valid at the time of signing.
   * @param signature - compact JWS with an empty payload
   * @throws SignatureError, ReceiptError with their `code`
   */
  verify(
    document: Uint8Array,
    signature: string,
    expected?: Omit<ExpectedReceipt, 'nonce'>,
  ): Promise<DocumentSignature>;
}

/**
 * Creates the verifier, which works offline.
 * @param options.issuer - public URL of the server, without a trailing slash
 * @param options.keys - copy of `/.well-known/jwks.json`; an old copy suffices
 * @example
 * const signatures = createSignatureVerifier({ issuer: 'https://face.example.com', keys });
 * const { signedAt, approval } = await signatures.verify(document, signature, { subject: 'ada' });
 */
export function createSignatureVerifier(options: {
  readonly issuer: string;
  readonly keys: KeySet;
}): SignatureVerifier {
  const { issuer, keys } = options;
  const resolveKey = keepKeys(keys);

  /**
   * Verifies that the approval was valid at the time of signing and is for this document.
   * @throws SignatureError `document`, ReceiptError
   */
  async function verifyApproval(
    approval: string,
    signedAt: number,
    document: Uint8Array,
    expected: Omit<ExpectedReceipt, 'nonce'>,
  ): Promise<ApprovalClaims> {
    const said = z.object({ action: actionGuard, action_digest: z.string() }).safeParse(readClaims(approval));
    if (!said.success) throw new SignatureError('document');
    const clock = { now: () => signedAt * 1000 };
    const verifier = createReceiptVerifier({ issuer, audience: signatureAudience, keys, clock });
    const claims = await verifier.verify(approval, { action: said.data.action, ...expected });
    if (said.data.action.document?.digest !== (await sha256(Uint8Array.from(document))))
      throw new SignatureError('document');
    return { ...claims, ...said.data };
  }

  return {
    async verify(document, text, expected = {}) {
      const [head = '', payload, signature = '', ...rest] = text.slice(0, maxSignatureCharacters + 1).split('.');
      if (text.length > maxSignatureCharacters || payload !== '' || rest.length > 0)
        throw new SignatureError('malformed');
      const jws = { protected: head, payload: document, signature };
      const verified = await flattenedVerify(jws, resolveKey, { algorithms: ['ES256'], crit: { sigD: true } }).catch(
        (cause: unknown) => {
          throw new SignatureError('signature', { cause });
        },
      );
      const header = signatureHeader.safeParse(verified.protectedHeader);
      if (!header.success) throw new SignatureError('malformed');
      const { iat, approval, sigD } = header.data;
      const claims = await verifyApproval(approval, iat, document, expected);
      if (claims.action.document?.name !== sigD.pars[0]) throw new SignatureError('document');
      return { signedAt: iat, approval: claims };
    },
  };
}

function readClaims(receipt: string): unknown {
  try {
    return decodeJwt(receipt);
  } catch {
    return null;
  }
}
