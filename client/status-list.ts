import * as base64url from 'jose/base64url';
import { compactVerify } from 'jose/jws/compact/verify';
import * as z from 'zod/mini';
import { CredentialError } from './credential-error.js';
import type { ResolveKey } from './receipt-verifier.js';

/*
 * Checks the status of a credential in a Token Status List (JWT). The whole list is fetched, so that its publisher does
 * not learn which credential was checked.
 */

export const statusGuard = z.object({
  status_list: z.object({ idx: z.int().check(z.nonnegative()), uri: z.url({ protocol: /^https?$/ }) }),
});

const listGuard = z.object({
  sub: z.string(),
  exp: z.int(),
  status_list: z.object({ bits: z.literal(1), lst: z.string() }),
});

const timeoutMs = 3000;

const maxListCharacters = 262_144;

/**
 * Returns true if a credential was revoked. If its status is unknown, it must not be accepted.
 * @throws CredentialError `status_unavailable`
 */
export async function hasEnded(
  { status_list: { idx, uri } }: z.output<typeof statusGuard>,
  {
    fetch,
    resolveKey,
    nowSec,
  }: {
    readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
    readonly resolveKey: ResolveKey;
    readonly nowSec: number;
  },
): Promise<boolean> {
  try {
    const headers = { accept: 'application/statuslist+jwt' };
    const response = await fetch(uri, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const jws = response.ok ? await response.text() : '';
    if (jws === '' || jws.length > maxListCharacters) throw new Error('no list');
    const { payload, protectedHeader } = await compactVerify(jws, resolveKey, { algorithms: ['ES256'] });
    const list = listGuard.parse(JSON.parse(new TextDecoder().decode(payload)));
    if (protectedHeader.typ !== 'statuslist+jwt' || list.sub !== uri || list.exp <= nowSec)
      throw new Error('another list, or an old one');
    const byte = await byteAt(idx >> 3, Uint8Array.from(base64url.decode(list.status_list.lst)));
    if (byte === undefined) throw new Error('a place outside the list');
    return ((byte >> (idx & 7)) & 1) === 1;
  } catch (cause) {
    throw new CredentialError('status_unavailable', { cause });
  }
}

/** Returns one byte of the decompressed data. The data is decompressed part by part to limit memory. */
async function byteAt(at: number, packed: Uint8Array<ArrayBuffer>): Promise<number | undefined> {
  let passed = 0;
  for await (const part of new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))) {
    if (at < passed + part.length) return part[at - passed];
    passed += part.length;
  }
  return undefined;
}
