import { createHash, createHmac, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/base/json.js';

/*
 * Software WebAuthn authenticator with its browser: ES256, attestation "none", and the PRF extension by CTAP 2.1's
 * hmac-secret. Tests can make it return invalid responses.
 */

const optionsGuard = z.object({
  challenge: z.string(),
  rp: z.object({ id: z.string() }).optional(),
  rpId: z.string().optional(),
  user: z.object({ id: z.string() }).optional(),
  allowCredentials: z.array(z.object({ id: z.string() })).optional(),
  userVerification: z.string().optional(),
  extensions: z.object({ prf: z.object({ eval: z.object({ first: z.string() }) }).optional() }),
});

const usual = {
  origin: 'https://face.example.com',
  rpId: '',
  type: '',
  challenge: '',
  isUserPresent: true,
  isUserVerified: true,
  isBackupEligible: false,
  counts: 1,
  hasPrf: true,
  /** True if creation already returns the PRF output. Otherwise the page asks for the PRF output afterwards. */
  hasPrfAtCreation: true,
};

export type Behaviour = Readonly<typeof usual>;

interface Stored {
  readonly id: string;
  readonly key: KeyObject;
  readonly prfKeys: { readonly verified: Buffer; readonly unverified: Buffer };
  counter: number;
}

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Encodes a byte string under 64 KB in CBOR (RFC 8949). */
const cborBytes = (bytes: Uint8Array): Buffer => {
  const head =
    bytes.length < 24
      ? [0x40 + bytes.length]
      : bytes.length < 256
        ? [0x58, bytes.length]
        : [0x59, bytes.length >> 8, bytes.length & 0xff];
  return Buffer.concat([Buffer.from(head), bytes]);
};

/** Encodes a text under 24 bytes in CBOR. */
const cborText = (text: string): Buffer => Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);

/** Encodes the COSE key {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053). */
function toCose(publicKey: KeyObject): Buffer {
  const { x, y } = z.object({ x: z.string(), y: z.string() }).parse(publicKey.export({ format: 'jwk' }));
  const coordinate = (label: number, text: string) =>
    Buffer.concat([Buffer.from([label]), cborBytes(Buffer.from(text, 'base64url'))]);
  return Buffer.concat([Buffer.from([0xa5, 1, 2, 3, 0x26, 0x20, 1]), coordinate(0x21, x), coordinate(0x22, y)]);
}

export function createAuthenticator(defaults: Partial<Behaviour> = {}) {
  const credentials = new Map<string, Stored>();

  const behave = (
    { rp, rpId = rp?.id ?? '', challenge }: z.output<typeof optionsGuard>,
    given: Partial<Behaviour>,
    type: string,
  ): Behaviour => ({ ...usual, rpId, type, challenge, ...defaults, ...given });

  const clientData = ({ type, challenge, origin }: Behaviour): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

  const authenticatorData = (stored: Stored, behaviour: Behaviour, attested = Buffer.alloc(0)): Buffer => {
    const flags =
      (behaviour.isUserPresent ? 0x01 : 0) +
      (behaviour.isUserVerified ? 0x04 : 0) +
      (behaviour.isBackupEligible ? 0x08 : 0) +
      (attested.length > 0 ? 0x40 : 0);
    stored.counter += behaviour.counts;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(stored.counter);
    return Buffer.concat([sha256(behaviour.rpId), Buffer.from([flags]), counter, attested]);
  };

  /**
   * The browser hashes the input under a label (WebAuthn Level 3, section 10.1.4). The authenticator computes an HMAC
   * of that hash.
   */
  const prfOf = ({ prfKeys }: Stored, { isUserVerified }: Behaviour, first: string): string => {
    const salt = sha256('WebAuthn PRF', Buffer.from([0]), Buffer.from(first, 'base64url'));
    const output = createHmac('sha256', isUserVerified ? prfKeys.verified : prfKeys.unverified)
      .update(salt)
      .digest();
    return base64url(output);
  };

  const use = (options: z.output<typeof optionsGuard>, stored: Stored, behaviour: Behaviour) => {
    const data = clientData(behaviour);
    const authData = authenticatorData(stored, behaviour);
    const signature = createSign('sha256').update(authData).update(sha256(data)).sign(stored.key);
    const first = options.extensions.prf?.eval.first;
    return {
      id: stored.id,
      rawId: stored.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      response: {
        clientDataJSON: base64url(data),
        authenticatorData: base64url(authData),
        signature: base64url(signature),
      },
      clientExtensionResults: {
        prf: behaviour.hasPrf && first !== undefined ? { results: { first: prfOf(stored, behaviour, first) } } : {},
      },
    };
  };

  const hold = (id: string, key: KeyObject): Stored => {
    const stored = { id, key, prfKeys: { verified: randomBytes(32), unverified: randomBytes(32) }, counter: 0 };
    credentials.set(id, stored);
    return stored;
  };

  return {
    hold,

    /** @returns what the page sends, before text encoding */
    create(given: JsonObject, changes: Partial<Behaviour> = {}) {
      const options = optionsGuard.parse(given);
      const behaviour = behave(options, changes, 'webauthn.create');
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const rawId = randomBytes(32);
      const stored = hold(base64url(rawId), privateKey);
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, rawId.length]), rawId, toCose(publicKey)]);
      const attestationObject = Buffer.concat([
        Buffer.from([0xa3]),
        cborText('fmt'),
        cborText('none'),
        cborText('attStmt'),
        Buffer.from([0xa0]),
        cborText('authData'),
        cborBytes(authenticatorData(stored, behaviour, attested)),
      ]);
      const first = options.extensions.prf?.eval.first;
      const isPrfNow = behaviour.hasPrf && behaviour.hasPrfAtCreation;
      const creation = {
        id: stored.id,
        rawId: stored.id,
        type: 'public-key',
        authenticatorAttachment: 'platform',
        response: {
          clientDataJSON: base64url(clientData(behaviour)),
          attestationObject: base64url(attestationObject),
          transports: ['internal'],
        },
        clientExtensionResults: {
          prf: {
            enabled: behaviour.hasPrf,
            ...(isPrfNow && first !== undefined ? { results: { first: prfOf(stored, behaviour, first) } } : {}),
          },
        },
      };
      if (isPrfNow || !behaviour.hasPrf || first === undefined) return { creation };
      return { creation, assertion: use(options, stored, { ...behaviour, type: 'webauthn.get' }) };
    },

    /**
     * Uses an allowed credential. If there is none, uses the newest, like an attacker's tool.
     * @returns what the page sends, before text encoding
     */
    get(given: JsonObject, changes: Partial<Behaviour> = {}) {
      const options = optionsGuard.parse(given);
      const behaviour = behave(options, changes, 'webauthn.get');
      const allowed = options.allowCredentials?.flatMap(({ id }) => credentials.get(id) ?? [])[0];
      const stored = allowed ?? [...credentials.values()].at(-1);
      if (stored === undefined) throw new Error('this authenticator has no credential');
      return { assertion: use(options, stored, behaviour) };
    },
  };
}
