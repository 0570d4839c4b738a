import { DateOnly, DeviceResponse, type Document, SessionTranscript } from '@owf/mdoc';
import { compactDecrypt, importJWK } from 'jose';
import { z } from 'zod';
import { parseJson } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import type { Hint } from '../../core/hints.js';
import type { OwnPhoto, Photo } from '../../core/secrets.js';
import type { DocumentsConfig } from './config.js';
import { type KindName, kindNames, kinds } from './kinds.js';
import { findIssuer, mdocCrypto } from './mdoc-crypto.js';
import { isPlainCbor } from './plain-cbor.js';
import type { RequestSecrets } from './request.js';
import { readStatus } from './status.js';

/** Receiver of the response: a page of this origin, through the browser, or the address of the link. */
export type ResponseWay =
  | { readonly kind: 'browser'; readonly origin: string }
  | { readonly kind: 'link'; readonly clientId: string; readonly responseUri: string };

/** Data of a valid document about its holder. */
export interface DocumentContent {
  readonly kind: KindName;
  readonly issuer: string;
  readonly portrait: Photo;
  readonly given: string;
  readonly family: string;
  /** ISO 8601. `null` if it was not asked for. */
  readonly birthdate: string | null;
}

/** Exactly one document of one kind, in one presentation. */
const answerGuard = z.object({
  vp_token: z.strictObject(Object.fromEntries(kindNames.map((kind) => [kind, z.tuple([z.base64url()]).optional()]))),
});

/** Decrypts the response (JARM). @returns `null` if it is not one, or of another check */
export async function openResponse(
  response: string,
  { privateKey }: RequestSecrets,
): Promise<{ readonly kind: KindName; readonly encoded: string } | null> {
  try {
    const key = await importJWK({ ...privateKey, kty: 'EC' }, 'ECDH-ES');
    const { plaintext } = await compactDecrypt(response, key, {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A128GCM', 'A256GCM'],
    });
    const { vp_token: presented } = answerGuard.parse(parseJson(Buffer.from(plaintext).toString('utf8')));
    plaintext.fill(0);
    const found = kindNames.flatMap((kind) => (presented[kind] ?? []).map((encoded) => ({ kind, encoded })));
    return found.length === 1 ? (found[0] ?? null) : null;
  } catch {
    return null;
  }
}

/** Session transcript that the device signs, which binds a response to one check and one receiver. */
const toTranscript = (way: ResponseWay, { nonce, thumbprint: jwkThumbprint }: RequestSecrets) =>
  way.kind === 'browser'
    ? SessionTranscript.forOid4VpDcApi({ origin: way.origin, nonce, jwkThumbprint }, mdocCrypto)
    : SessionTranscript.forOid4Vp(
        { clientId: way.clientId, responseUri: way.responseUri, nonce, jwkThumbprint },
        mdocCrypto,
      );

/** Verifies a document and its holder's device, and returns its content; otherwise the reason. */
export async function readDocument(
  { kind, encoded }: { readonly kind: KindName; readonly encoded: string },
  {
    config,
    secrets,
    ways,
  }: {
    readonly config: DocumentsConfig;
    readonly secrets: RequestSecrets;
    readonly ways: readonly ResponseWay[];
  },
  own: OwnPhoto,
  deps: Ports<'clock' | 'log' | 'publicFetch'>,
): Promise<DocumentContent | Hint> {
  const now = deps.clock.now();
  const { docType, namespace, isSigner } = kinds[kind];
  try {
    const document = await verifyForAny(encoded, { ways, secrets }, deps);
    if (document === null) return 'document_invalid';
    const { issuerAuth } = document.issuerSigned;
    const { mobileSecurityObject } = issuerAuth;
    if (document.docType !== docType || mobileSecurityObject.docType !== docType) return 'document_invalid';
    const issuers = config.issuers.filter((each) => each.kinds.includes(kind));
    const issuer = findIssuer(issuerAuth.x5chain?.[0], isSigner, { issuers }, now);
    if (issuer === null) return 'document_untrusted';
    const { validFrom, validUntil } = mobileSecurityObject.validityInfo;
    if (now < validFrom.getTime() || now > validUntil.getTime()) return 'document_expired';
    const status = await readStatus(issuerAuth.payload, { issuer, kind }, deps);
    if (status !== 'valid') return status === 'revoked' ? 'document_revoked' : 'document_unchecked';
    const items = document.getIssuerNamespace(namespace) ?? [];
    const find = (name: string): unknown => {
      const named = items.filter(({ elementIdentifier }) => elementIdentifier === name);
      return named.length === 1 ? named[0]?.elementValue : undefined;
    };
    const content = contentGuard.parse({
      portrait: find('portrait'),
      given: find('given_name'),
      family: find('family_name'),
      birthdate: find('birth_date') ?? null,
    });
    const portrait = own(content.portrait);
    const { given, family, birthdate } = content;
    return { kind, issuer: issuer.name, portrait, given, family, birthdate };
  } catch {
    // Whatever a stranger sent. Details could reveal parts of the document.
    return 'document_invalid';
  }
}

const nameGuard = z.string().min(1).max(500);

const contentGuard = z.object({
  portrait: z.instanceof(Uint8Array),
  given: nameGuard,
  family: nameGuard,
  birthdate: z
    .union([z.date().transform((date) => date.toISOString()), z.instanceof(DateOnly).transform(String), z.string()])
    .transform((text) => text.slice(0, 'YYYY-MM-DD'.length))
    .nullable(),
});

/**
 * Returns the one document of a response. The library would verify the device's signature of an attached payload, which the
 * sender chooses, so that a document shown elsewhere would count here.
 */
function documentOf({ documents = [], documentErrors = [] }: DeviceResponse): Document | null {
  const [document, ...others] = documents;
  if (document === undefined || others.length + documentErrors.length > 0) return null;
  if (document.deviceSigned.deviceAuth.deviceSignature?.payload !== null) return null;
  // The library would decode it again for each element.
  const { issuerAuth } = document.issuerSigned;
  Object.defineProperty(issuerAuth, 'mobileSecurityObject', { value: issuerAuth.mobileSecurityObject });
  return document;
}

/** Returns the document if all signatures are valid for one of the ways. */
async function verifyForAny(
  encoded: string,
  { ways, secrets }: { readonly ways: readonly ResponseWay[]; readonly secrets: RequestSecrets },
  { log }: Ports<'log'>,
): Promise<Document | null> {
  const bytes = Buffer.from(encoded, 'base64url');
  if (!isPlainCbor(bytes)) return null;
  const response = DeviceResponse.decode(bytes);
  const document = documentOf(response);
  if (document === null) return null;
  // Whether it has expired is decided by the caller, with a hint of its own.
  const { validFrom: now } = document.issuerSigned.issuerAuth.mobileSecurityObject.validityInfo;
  const failures: string[][] = [];
  for (const way of ways) {
    const failed = new Set<string>();
    await response.verify(
      {
        sessionTranscript: await toTranscript(way, secrets),
        trustedCertificates: [],
        // By `findIssuer`, which also names the issuer.
        disableCertificateChainValidation: true,
        now,
        // The names of the checks repeat what a stranger sent.
        onCheck: ({ status, category }) => status !== 'PASSED' && failed.add(category),
      },
      mdocCrypto,
    );
    if (failed.size === 0) return document;
    failures.push([...failed]);
  }
  log.info('digital document refused', { failures });
  return null;
}
