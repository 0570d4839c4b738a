import type { Request, Response } from 'express';
import { authenticateAccess, isAccessToken } from '../../access/access-tokens.js';
import { Admission, type AdmissionPorts, readBearer } from '../../access/admission.js';
import type { Application } from '../../access/applications.js';
import type { SecurityEventReceiver } from '../../config/security-events.js';
import type { Ports } from '../../core/deps.js';
import { digestOf, hasDigest } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { sourceOf } from '../../http/access-log.js';
import type { RouteExchange } from '../../http/front-door.js';
import { type EventStream, toStream } from '../stream.js';
import type { SecurityEvents } from './deps.js';

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
