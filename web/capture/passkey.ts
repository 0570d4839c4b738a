import {
  type AuthenticationResponseJSON,
  base64URLStringToBuffer,
  browserSupportsWebAuthn,
  bufferToBase64URLString,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import { Problem, type ProblemName } from './problem.js';

interface WithPrfInput {
  /** False for a credential of an earlier version, which sent the PRF output itself. */
  readonly hardened: boolean;
  /** Without PRF input, the passkey derives no secret. */
  readonly extensions: { readonly prf?: { readonly eval: { readonly first: string } } };
}
type CreationOptions = PublicKeyCredentialCreationOptionsJSON & WithPrfInput;
type RequestOptions = PublicKeyCredentialRequestOptionsJSON & WithPrfInput;

/**
 * Creates or uses a passkey and evaluates its PRF extension. With some authenticators, the user is prompted twice.
 * @param options - from `POST /face/passkey`
 * @returns JSON for the field `passkey`. It contains the secret and belongs nowhere else
 * @throws Problem `passkey-unsupported` without a suitable authenticator, `passkey-cancelled`, `passkey-not-known`, and
 * `passkey-no-prf` if the authenticator cannot compute the secret that opens the token
 */
export async function usePasskey(ceremony: 'create' | 'get', options: unknown): Promise<string> {
  if (!browserSupportsWebAuthn()) throw new Problem('passkey-unsupported');
  if (ceremony === 'create' && isCreation(options)) return JSON.stringify(await create(options));
  if (ceremony === 'get' && isRequest(options)) return JSON.stringify({ assertion: await use(options) });
  throw new TypeError('Not the options of this ceremony');
}

async function create(options: CreationOptions) {
  const created = await orProblem(startRegistration({ optionsJSON: withBuffers(options) }));
  const creation = await withSecret(created, options);
  const { prf } = created.clientExtensionResults;
  if (options.extensions.prf === undefined) return { creation };
  if (prf?.results?.first !== undefined) return { creation };
  if (prf === undefined || prf.enabled === false) throw new Problem('passkey-no-prf');
  const assertion = await use({
    challenge: options.challenge,
    ...(options.rp.id === undefined ? {} : { rpId: options.rp.id }),
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    allowCredentials: [{ type: 'public-key', id: created.id }],
    userVerification: 'required',
    hardened: options.hardened,
    extensions: options.extensions,
  });
  return { creation, assertion };
}

async function use(options: RequestOptions) {
  const used = await orProblem(startAuthentication({ optionsJSON: withBuffers(options) }));
  const hasSecret = used.clientExtensionResults.prf?.results?.first !== undefined;
  if (options.extensions.prf !== undefined && !hasSecret) throw new Problem('passkey-no-prf');
  return withSecret(used, options);
}

const withBuffers = <T extends WithPrfInput>(options: T) => {
  const { prf } = options.extensions;
  const first = prf === undefined ? null : base64URLStringToBuffer(prf.eval.first);
  return { ...options, extensions: first === null ? {} : { prf: { eval: { first } } } };
};

/**
 * Derives the user secret from the PRF output, so that the output stays in the browser. Encodes it as text, because JSON
 * would turn buffers into `{}`. Other extension results are not sent.
 * @see https://www.rfc-editor.org/rfc/rfc5869
 */
async function withSecret<T extends RegistrationResponseJSON | AuthenticationResponseJSON>(
  response: T,
  { hardened, extensions }: WithPrfInput,
) {
  const output = response.clientExtensionResults.prf?.results?.first;
  if (output === undefined || extensions.prf === undefined) return { ...response, clientExtensionResults: { prf: {} } };
  const salt = base64URLStringToBuffer(extensions.prf.eval.first);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode('facestep/passkey/secret') };
  const key = await crypto.subtle.importKey('raw', toBytes(output), 'HKDF', false, ['deriveBits']);
  const secret = hardened ? await crypto.subtle.deriveBits(hkdf, key, 256) : toBytes(output).buffer;
  return { ...response, clientExtensionResults: { prf: { results: { first: bufferToBase64URLString(secret) } } } };
}

/** The specification says ArrayBuffer, but some password managers return a view. */
const toBytes = (source: ArrayBufferView | ArrayBuffer): Uint8Array<ArrayBuffer> =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source);

async function orProblem<T>(ceremony: Promise<T>): Promise<T> {
  try {
    return await ceremony;
  } catch (error) {
    throw new Problem(problemOf(error), null, { cause: error });
  }
}

function problemOf(error: unknown): ProblemName {
  const name = error instanceof Error ? error.name : '';
  // Browsers report a missing credential like a refusal or a time-out.
  if (name === 'NotAllowedError' || name === 'AbortError') return 'passkey-cancelled';
  return name === 'InvalidStateError' ? 'passkey-not-known' : 'passkey-unsupported';
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** These few checks suffice, because this service creates the options. */
const isRequest = (options: unknown): options is RequestOptions =>
  typeof field(options, 'challenge') === 'string' && hasPrfInputOrNone(field(options, 'extensions'));

const hasPrfInputOrNone = (extensions: unknown): boolean =>
  isObject(extensions) &&
  (extensions.prf === undefined || typeof field(field(extensions.prf, 'eval'), 'first') === 'string');

const isCreation = (options: unknown): options is CreationOptions =>
  isRequest(options) && isObject(field(options, 'rp')) && typeof field(field(options, 'user'), 'id') === 'string';
