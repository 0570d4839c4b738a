import { flattenedVerify } from 'jose/jws/flattened/verify';
import { decodeJwt } from 'jose/jwt/decode';
import * as z from 'zod/mini';
import { actionGuard, sha256 } from './action.js';
import type { ApprovalClaims, ExpectedReceipt } from './receipt-claims.js';
import { createReceiptVerifier, type KeySet, keepKeys } from './receipt-verifier.js';
import { signatureAudience, signatureHeader } from './signature-header.js';

/*
 * The signature of a document: a JWS of the issuer without its payload, which is the document's bytes (RFC 7515, RFC 7797). The
 * approval it was made for, a receipt of a face check, stands in its protected header. Nothing here needs a network.
 */

/** Why a signature is not accepted. What is wrong with its approval is a `ReceiptError`. */
export const signatureErrorText = {
  malformed: 'This is not a signature of a document.',
  signature:
    'The signature is not over this very file by the key it should be: the file was changed, or the signature is another’s.',
  document: 'What was approved by the face check is another document.',
} as const;

/** The stable name of a refusal. */
export type SignatureErrorCode = keyof typeof signatureErrorText;

/** Says why a signature is not accepted. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  constructor(
    readonly code: SignatureErrorCode,
    options?: ErrorOptions,
  ) {
    super(signatureErrorText[code], options);
  }
}

/** Far above any signature. */
const maxSignatureCharacters = 32_768;

/** A signature that holds. */
export interface DocumentSignature {
  /** When it was made: seconds since 1970. */
  readonly signedAt: number;
  /** Who approved it and what they were shown. */
  readonly approval: ApprovalClaims;
}

export interface SignatureVerifier {
  /**
   * Checks that the issuer signed this very file, upon a face check of this person, who was shown this document, and that the
   * approval had not expired by then.
   * @param signature - the compact JWS, with nothing between its dots
   * @throws SignatureError, ReceiptError with their `code`
   */
  verify(
    document: Uint8Array,
    signature: string,
    expected?: Omit<ExpectedReceipt, 'nonce'>,
  ): Promise<DocumentSignature>;
}

/**
 * Makes the check of signatures. It needs no network.
 * @param options.issuer - the public URL of the server, without a slash at its end
 * @param options.keys - as `/.well-known/jwks.json` had them, now or earlier
 */
export function createSignatureVerifier(options: {
  readonly issuer: string;
  readonly keys: KeySet;
}): SignatureVerifier {
  const { issuer, keys } = options;
  const resolveKey = keepKeys(keys);

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
      const claims = await verifyApproval({ approval, signedAt: iat, document }, { issuer, keys, expected });
      if (claims.action.document?.name !== sigD.pars[0]) throw new SignatureError('document');
      return { signedAt: iat, approval: claims };
    },
  };
}

/** Whose approval counts, and what is expected of it. */
interface ApprovalExpected {
  readonly issuer: string;
  readonly keys: KeySet;
  readonly expected: Omit<ExpectedReceipt, 'nonce'>;
}

/**
 * Checks the approval in a signature: that it counted when that was made, and is of this document.
 * @param signed.signedAt - seconds since 1970
 * @throws SignatureError `document`, ReceiptError
 */
async function verifyApproval(
  signed: { readonly approval: string; readonly signedAt: number; readonly document: Uint8Array },
  { issuer, keys, expected }: ApprovalExpected,
): Promise<ApprovalClaims> {
  const { approval, signedAt, document } = signed;
  const said = z.object({ action: actionGuard, action_digest: z.string() }).safeParse(readClaims(approval));
  if (!said.success) throw new SignatureError('document');
  const clock = { now: () => signedAt * 1000 };
  const verifier = createReceiptVerifier({ issuer, audience: signatureAudience, keys, clock });
  const claims = await verifier.verify(approval, { action: said.data.action, ...expected });
  if (said.data.action.document?.digest !== (await sha256(Uint8Array.from(document))))
    throw new SignatureError('document');
  return { ...claims, ...said.data };
}

/** Unverified: the receipt verifier holds them against the signature. */
function readClaims(receipt: string): unknown {
  try {
    return decodeJwt(receipt);
  } catch {
    return null;
  }
}
