import { inflateSync } from 'node:zlib';
import { cborDecode, Sign1 } from '@owf/mdoc';
import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { toEpochSec } from '../../core/units.js';
import { readUpTo } from '../../network/read-json.js';
import type { DocumentsConfig } from './config.js';
import { type KindName, kinds } from './kinds.js';
import { findIssuer, mdocCrypto } from './mdoc-crypto.js';
import { isPlainCbor } from './plain-cbor.js';

/*
 * Revocation by a Token Status List of the issuer.
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/
 */

/** Header `typ` (RFC 9596). */
const typeHeader = 16;

/** Extended key usage of those who sign status lists only. */
const statusSigning = '1.3.6.1.5.5.7.3.30';

const timeoutMs = 5_000;

/** A list of a million documents has 125 KB before compression. */
const maxListBytes = 1024 * 1024;

/** Bytes of a list after decompression. */
const maxStatuses = 16 * 1024 * 1024;

/** Reads a CBOR map as an object, whose keys are the map's keys as text. */
const mapOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .map(z.union([z.string(), z.number()]), z.unknown())
    .transform((map) => Object.fromEntries(map))
    .pipe(z.object(shape));

const statusGuard = mapOf({
  status: mapOf({
    status_list: mapOf({
      idx: z
        .int()
        .min(0)
        .max(2 ** 27),
      uri: z.url({ protocol: /^https$/ }),
    }).optional(),
  }).optional(),
});

/** Claims of a CWT (RFC 8392) with a status list. */
const listGuard = mapOf({
  2: z.string(),
  4: z.number().optional(),
  65533: mapOf({ bits: z.literal([1, 2, 4, 8]), lst: z.instanceof(Uint8Array) }),
});

const decode = (bytes: Uint8Array | null): unknown => (bytes === null ? null : cborDecode(bytes));

/**
 * Finds out if the issuer has revoked or suspended a document.
 * @param payload - the mobile security object
 * @returns `unknown` if the list cannot be read; a document without a list is valid until it expires
 */
export async function readStatus(
  payload: Uint8Array | null,
  { issuer, kind }: { readonly issuer: DocumentsConfig['issuers'][number]; readonly kind: KindName },
  { publicFetch, clock }: Ports<'publicFetch' | 'clock'>,
): Promise<'valid' | 'revoked' | 'unknown'> {
  const { status } = statusGuard.parse(decode(payload));
  if (status === undefined) return 'valid';
  if (status.status_list === undefined) return 'unknown';
  const { idx, uri } = status.status_list;
  try {
    const response = await publicFetch(uri, {
      headers: { accept: 'application/statuslist+cwt' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return 'unknown';
    const signed = await readUpTo(maxListBytes, response);
    if (!isPlainCbor(signed)) return 'unknown';
    const token = Sign1.decode(signed);
    if (token.protectedHeaders.headers?.get(typeHeader) !== 'application/statuslist+cwt') return 'unknown';
    const isSigner = (usage: readonly string[]): boolean =>
      usage.includes(statusSigning) || kinds[kind].isSigner(usage);
    if (findIssuer(token.x5chain?.[0], isSigner, { issuers: [issuer] }, clock.now()) === null) return 'unknown';
    if (!(await token.verifySignature({}, mdocCrypto))) return 'unknown';
    const { 2: subject, 4: expiresAt = null, 65533: list } = listGuard.parse(decode(token.payload));
    if (subject !== uri || (expiresAt !== null && expiresAt < toEpochSec(clock.now()))) return 'unknown';
    const byte = inflateSync(list.lst, { maxOutputLength: maxStatuses }).at((idx * list.bits) >> 3);
    if (byte === undefined) return 'unknown';
    return ((byte >> ((idx * list.bits) & 7)) & ((1 << list.bits) - 1)) === 0 ? 'valid' : 'revoked';
  } catch {
    return 'unknown';
  }
}
