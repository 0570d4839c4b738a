import type { JsonObject } from '../../core/base/json.js';
import type { AssertionAnswer, CreationAnswer, PasskeyCredential, Passkeys, ProvenPasskey } from '../../core/ports.js';

/** Every authenticator supports one of these. */
const algorithms = [-7, -8, -257];

/** Five minutes, the minimum that WebAuthn recommends. */
const timeoutMs = 300_000;

/**
 * Required, because authenticators have separate PRF secrets with and without user verification (CTAP 2.1,
 * hmac-secret), so "preferred" could make a token useless. User verification also makes the authenticator multi-factor
 * (NIST SP 800-63B-4, appendix B).
 */
const userVerification = 'required';

const toBase64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const fromBase64url = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64url'));

/**
 * Returns the extensions of a ceremony. The PRF extension always contains a salt, because Windows Hello refuses it
 * without one.
 */
const prfOf = (salt: Uint8Array | null): JsonObject =>
  salt === null ? {} : { prf: { eval: { first: toBase64url(salt) } } };

/** Loads the library only when needed, because it has three hundred files. */
const loadLibrary = () => import('@simplewebauthn/server');

/**
 * Creates WebAuthn for one origin. Attestation is not requested, so statements of the authenticator about itself are
 * trusted.
 * @param publicUrl - its host is the relying party id
 * @see https://www.w3.org/TR/webauthn-3/
 */
export function createPasskeys({ publicUrl }: { readonly publicUrl: string }): Passkeys {
  const { origin: expectedOrigin, hostname: expectedRPID } = new URL(publicUrl);
  const expected = { expectedOrigin, expectedRPID, requireUserVerification: true };

  const proveCreation = async (
    answer: CreationAnswer,
    expectedChallenge: string,
  ): Promise<Omit<ProvenPasskey, 'secret'> | null> => {
    const { id, clientDataJSON, attestationObject, transports } = answer;
    const { verifyRegistrationResponse } = await loadLibrary();
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...expected,
      expectedChallenge,
      supportedAlgorithmIDs: algorithms,
      response: toResponse(id, { clientDataJSON, attestationObject }),
    });
    if (!verified || registrationInfo.credential.id !== id) return null;
    const backupEligible = registrationInfo.credentialDeviceType === 'multiDevice';
    const { publicKey, counter } = registrationInfo.credential;
    return {
      method: methodOf({ backupEligible }),
      credential: { id, publicKey: toBase64url(publicKey), counter, transports, backupEligible, hardened: true },
    };
  };

  const proveAssertion = async (
    answer: AssertionAnswer,
    expectedChallenge: string,
    credential: PasskeyCredential,
  ): Promise<Omit<ProvenPasskey, 'secret'> | null> => {
    const { id, clientDataJSON, authenticatorData, signature } = answer;
    const { publicKey, counter } = credential;
    const { verifyAuthenticationResponse } = await loadLibrary();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...expected,
      expectedChallenge,
      credential: { id: credential.id, publicKey: fromBase64url(publicKey), counter },
      response: toResponse(id, { clientDataJSON, authenticatorData, signature }),
    });
    // The library does not check the credential id, and that backup eligibility never changes.
    const isAsKept =
      id === credential.id && (authenticationInfo.credentialDeviceType === 'multiDevice') === credential.backupEligible;
    if (!verified || !isAsKept) return null;
    return { method: methodOf(credential), credential: { ...credential, counter: authenticationInfo.newCounter } };
  };

  return {
    creationOptions: ({ challenge, salt, user, organisation }) => ({
      rp: { id: expectedRPID, name: organisation ?? expectedRPID },
      user: { id: toBase64url(user.id), name: user.name, displayName: user.name },
      challenge,
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      timeout: timeoutMs,
      authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification },
      attestation: 'none',
      hardened: true,
      extensions: prfOf(salt),
    }),

    requestOptions: ({ challenge, salt, credential: { id, transports, hardened } }) => ({
      rpId: expectedRPID,
      challenge,
      allowCredentials: [{ type: 'public-key', id, transports }],
      timeout: timeoutMs,
      userVerification,
      hardened,
      extensions: prfOf(salt),
    }),

    async verifyCreation({ creation, assertion }, { expectedChallenge }) {
      if (creation === null) return null;
      const created = await orNull(proveCreation(creation, expectedChallenge));
      if (created === null || assertion === null) return withSecret(created, creation.prf);
      const used = await orNull(proveAssertion(assertion, expectedChallenge, created.credential));
      return withSecret(used, assertion.prf);
    },

    async verifyAssertion(answer, { expectedChallenge, credential }) {
      return withSecret(await orNull(proveAssertion(answer, expectedChallenge, credential)), answer.prf);
    },
  };
}

/** Returns the method (RFC 8176). A key that can be copied is a software key. */
const methodOf = ({ backupEligible }: { readonly backupEligible: boolean }): 'hwk' | 'swk' =>
  backupEligible ? 'swk' : 'hwk';

/** Returns a response as the library expects it. Results of extensions are taken from the page's own field. */
const toResponse = <Response>(id: string, response: Response) =>
  ({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }) as const;

const withSecret = (
  proven: Omit<ProvenPasskey, 'secret'> | null,
  secret: ProvenPasskey['secret'],
): ProvenPasskey | null => (proven === null ? null : { ...proven, secret });

/** Returns `null` instead of the library's errors, because they contain the expected challenge. */
const orNull = <T>(proof: Promise<T>): Promise<T | null> => proof.catch(() => null);
