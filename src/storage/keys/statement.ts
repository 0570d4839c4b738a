import { type CryptoKey, compactVerify, errors } from 'jose';
import type { RecipientKey } from '../../core/base/jwe.js';
import type { SignedType } from '../../core/ports.js';
import { FaceError } from '../../errors.js';

export const statementAlgorithm = 'ES256';

/** Supported `crit` parameters in addition to those of JOSE (JAdES, section 5.2.8). */
export const understoodHeaders = { sigD: true } as const;

/** Returns the claims of a signed statement. Only header and signature are verified. */
export async function verifyStatement(
  type: SignedType,
  jws: string,
  expectedKeys: ReadonlyMap<string, CryptoKey>,
): Promise<unknown> {
  try {
    const { payload } = await compactVerify(
      jws,
      ({ kid = '', typ }) => {
        if (typ !== type) throw new FaceError('receipt_invalid', { reason: 'other_type' });
        const key = expectedKeys.get(kid);
        // As of a replica that does not share the keys.
        if (key === undefined) throw new FaceError('receipt_invalid', { reason: 'unknown_key' });
        return key;
      },
      { algorithms: [statementAlgorithm] },
    );
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (error) {
    if (error instanceof FaceError) throw error;
    throw new FaceError('receipt_invalid', { reason: error instanceof errors.JOSEError ? error.code : 'payload' });
  }
}

export interface StatementKey extends RecipientKey {
  /** SHA-256 thumbprint of the key in base64url (RFC 7638). */
  readonly kid: string;
  readonly alg: typeof statementAlgorithm;
  readonly use: 'sig';
}
