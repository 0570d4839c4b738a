import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Application } from '../../access/applications.js';
import { type Client, readLiveClient } from '../../access/client-tokens.js';
import type { SecurityEventReceiver } from '../../config/security-events.js';
import type { Ports } from '../../core/deps.js';
import { Credential, digestOf, hasDigest } from '../../core/secrets.js';
import { addSec, epochMsGuard } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { sourceOf } from '../../http/access-log.js';
import type { RouteExchange } from '../../http/front-door.js';
import { Admission, type AdmissionPorts, readBearer } from '../../http/rest/admission.js';
import { type SsfScope, ssfScopes } from '../metadata.js';
import { type EventStream, toStream } from '../stream.js';
import type { SecurityEvents } from './deps.js';

/** Maximum lifetime of the interoperability profile (section 2.7.1). */
const lifeSec = 60 * 60;

const recordGuard = z.object({
  /** Id of the API key for which the token was issued. Revoking the key revokes its access tokens. */
  key: z.string(),
  scopes: z.array(z.enum(ssfScopes)),
  secretDigest: z.string(),
  expiresAt: epochMsGuard,
});

const stateKey = (id: string): string => `ssf-access-token:${id}`;

const pattern = /^fss_([0-9a-f]{24})_([\w-]{43})$/;

/** Returns the scopes that an API key allows; `ssf.manage` includes `ssf.read`. */
export const grantableTo = ({ scopes }: Pick<Client, 'scopes'>): readonly SsfScope[] =>
  scopes.includes('ssf.manage') ? ssfScopes : ssfScopes.filter((scope) => scopes.includes(scope));

/**
 * Issues an access token for an API key. Only a digest of the token's secret is stored.
 * @returns `expiresInSec` is at most that of the key
 */
export async function issueAccessToken(
  client: Client,
  scopes: readonly SsfScope[],
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
const isAccessToken = (credential: Credential): boolean => credential.use((text) => text.startsWith('fss_'));

/**
 * Verifies an access token. The result has the scopes that both the token and its API key allow.
 * @throws `caller_untrusted` if the token is unknown or expired, or its API key was revoked; `state_unavailable`
 */
async function authenticateAccess(credential: Credential, deps: Ports<'state' | 'clock'>): Promise<Client> {
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

/** An application that manages streams, or a configured receiver that polls. */
export type SsfCaller =
  | {
      readonly kind: 'application';
      readonly application: Application;
      readonly canManage: boolean;
    }
  | { readonly kind: 'receiver'; readonly stream: EventStream };

/** Authenticates the caller by its header (RFC 6750, section 2.1), before the body is read. */
export async function admitCaller(
  { request, allowance }: RouteExchange<Request, Response>,
  admission: Admission,
  deps: Ports<'state' | 'clock'> & Pick<SecurityEvents, 'receivers'>,
): Promise<SsfCaller> {
  const credential = readBearer(request);
  if (credential === null) throw new FaceError('caller_untrusted');
  const receiver = credential.use((text) => deps.receivers.find((each) => isOf(each, text)));
  if (receiver !== undefined) {
    allowance.promoteToAuthenticated(receiver.id, allowance.limitBytes);
    return { kind: 'receiver', stream: toStream(receiver) };
  }
  if (isAccessToken(credential)) await admission.takeClient(() => authenticateAccess(credential, deps));
  else await credential.use((text) => admission.takeToken(text));
  const { scopes, application } = await admission.client();
  const canManage = scopes.includes('ssf.manage');
  // A stream must belong to an application.
  if (application === null || (!canManage && !scopes.includes('ssf.read'))) {
    throw new FaceError('scope_missing');
  }
  return { kind: 'application', application, canManage };
}

/** Only receivers that poll authenticate here: for pushes, this server sends the token to the receiver. */
const isOf = ({ url, token }: SecurityEventReceiver, text: string): boolean =>
  url === null && token !== null && token.use((expected) => hasDigest(text, digestOf(expected)));

/** Returns the `WWW-Authenticate` challenge of a refusal (RFC 6750, section 3). */
export function toChallenge(error: unknown, request: Request): string | null {
  if (!(error instanceof FaceError)) return null;
  if (error.code === 'scope_missing') return 'Bearer error="insufficient_scope", scope="ssf.manage"';
  if (error.code !== 'caller_untrusted') return null;
  return request.get('authorization') === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
}

export const createAdmission = (
  { request, response, allowance }: RouteExchange<Request, Response>,
  deps: AdmissionPorts,
): Admission =>
  new Admission(
    { kind: 'client', scope: null },
    allowance,
    allowance.limitBytes,
    { source: sourceOf(request), setHeaders: (headers) => void response.set(headers) },
    deps,
  );
