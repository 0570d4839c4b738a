import { z } from 'zod';
import type { Ports } from '../core/deps.js';
import { Credential, digestOf, hasDigest } from '../core/secrets.js';
import { addSec, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type Client, readLiveClient } from './client-tokens.js';
import { type ClientScope, clientScopes } from './scopes.js';

/* Access tokens of the client credentials grant: https://www.rfc-editor.org/rfc/rfc6749 (section 4.4) */

/** Maximum lifetime of the interoperability profile of CAEP (section 2.7.1). */
const lifeSec = 60 * 60;

const recordGuard = z.object({
  /** Id of the API key for which the token was issued. Revoking the key revokes its access tokens. */
  key: z.string(),
  scopes: z.array(z.enum(clientScopes)),
  secretDigest: z.string(),
  expiresAt: epochMsGuard,
});

const stateKey = (id: string): string => `ssf-access-token:${id}`;

const pattern = /^fss_([0-9a-f]{24})_([\w-]{43})$/;

/** Returns the scopes that an API key allows; `ssf.manage` includes `ssf.read`. */
export const grantableTo = ({ scopes }: Pick<Client, 'scopes'>): readonly ClientScope[] =>
  clientScopes.filter((scope) => scopes.includes(scope) || (scope === 'ssf.read' && scopes.includes('ssf.manage')));

/**
 * Issues an access token for an API key. Only a digest of the token's secret is stored.
 * @returns `expiresInSec` is at most that of the key
 */
export async function issueAccessToken(
  client: Client,
  scopes: readonly ClientScope[],
  { clock, random, state }: Ports<'state' | 'clock' | 'random'>,
): Promise<{ readonly credential: Credential; readonly expiresInSec: number }> {
  const id = Buffer.from(random(12)).toString('hex');
  const secret = Buffer.from(random(32)).toString('base64url');
  const now = clock.now();
  const expiresInSec = Math.min(lifeSec, Math.floor((client.expiresAt - now) / 1000));
  const expiresAt = addSec(now, expiresInSec);
  const record = {
    key: client.id,
    scopes: [...scopes],
    secretDigest: digestOf(secret).toString('base64url'),
    expiresAt,
  };
  // If a power failure loses the token, the client requests another.
  await state.write(stateKey(id), record, { when: 'absent', expiresAt, relaxedDurability: true });
  return { credential: new Credential(`fss_${id}_${secret}`), expiresInSec };
}

/** Returns true if a text looks like an access token, unverified. */
export const isAccessToken = (credential: Credential): boolean => credential.use((text) => text.startsWith('fss_'));

/**
 * Verifies an access token. The result has the scopes that both the token and its API key allow.
 * @throws `caller_untrusted` if the token is unknown or expired, or its API key was revoked; `state_unavailable`
 */
export async function authenticateAccess(credential: Credential, deps: Ports<'state' | 'clock'>): Promise<Client> {
  const [, id, secret] = credential.use((text) => pattern.exec(text)) ?? [];
  if (id === undefined || secret === undefined) throw new FaceError('caller_untrusted');
  const found = await deps.state.read(stateKey(id));
  const record = found === null ? null : recordGuard.parse(found.value);
  const isRight = hasDigest(secret, Buffer.from(record?.secretDigest ?? noDigest, 'base64url'));
  if (!isRight || record === null || record.expiresAt <= deps.clock.now()) throw new FaceError('caller_untrusted');
  const client = await readLiveClient(record.key, deps);
  return { ...client, scopes: grantableTo(client).filter((scope) => record.scopes.includes(scope)) };
}

/** Compared if there is no record, so that timing reveals nothing. No known secret has this digest. */
const noDigest = Buffer.alloc(32).toString('base64url');
