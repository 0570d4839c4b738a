import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AuthorizationRequest, OidcClient, Person } from '../connections/openid-client.js';
import type { Connection } from '../core/connection.js';
import type { AuthenticationMethod } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { type AuthorizationParameters, checkDemand, checkSubject, parseClaims, toAsked } from './asked.js';
import type { IssuerPorts, OidcIssuer } from './feature.js';
import { oidcErrors } from './library.js';
import { requestOf } from './request.js';
import { createRequireReturn, maxQueryCharacters } from './return-visit.js';
import { type SingleUse, takeSignedRequest } from './storage.js';
import { toUnavailable, withProtocolErrors } from './unavailable.js';

type CheckedIssuer = Pick<OidcIssuer, 'issuer' | 'connection' | 'features' | 'countStart'> & {
  readonly singleUse: SingleUse;
  clientOf(context: KoaContextWithOIDC): OidcClient;
};

/**
 * Creates the check of authorization, pushed and device authorization requests, which the library calls after its own
 * checks. It stores nothing of a browser's request, and determines the person.
 */
export function createCheckRequest(
  { issuer, connection, features, countStart, singleUse, clientOf }: CheckedIssuer,
  deps: IssuerPorts<'state' | 'clock' | 'oidcKeys' | 'consumeLimits'>,
) {
  const state = withProtocolErrors(deps.state);
  const requireReturn = createRequireReturn(issuer, deps);

  return async (context: KoaContextWithOIDC): Promise<void> => {
    const request = requestOf(context);
    if (request.lacksNonce && context.oidc.params !== undefined) context.oidc.params.nonce = undefined;
    const { admission } = request;
    if (admission !== null && 'refusal' in admission) throw admission.refusal;
    requireOpenIdScope(context);
    const client = clientOf(context);
    const asked = toAsked(context.oidc.params, request.claims);
    request.asked = asked;
    checkDemand(asked.requested.acr, client.acrValues);
    checkDemand(asked.requested.amr, client.toAmr(possibleMethods(connection)));
    for (const { check } of features) if (await check?.(context, client, asked)) return;
    if (context.oidc.route === 'pushed_authorization_request') return checkPushed(context, asked);
    // Requests with `prompt=none` are refused later, because this server keeps no sessions.
    if (context.oidc.prompts.has('none')) return;
    const isSigned = await isSignedNow(context);
    requireProof(context, isSigned);
    await applyLimits(context, isSigned);
    const person = await findPerson(context, asked, isSigned);
    if (person?.proof !== undefined) await singleUse.check(person.proof, context);
    request.person = person;
  };

  /** Pushed requests of public clients are anonymous, and are stored. */
  async function checkPushed(context: KoaContextWithOIDC, { params }: AuthorizationParameters): Promise<void> {
    if (!isPublic(context)) return;
    if (Object.values(params).join('').length > maxQueryCharacters)
      throw new oidcErrors.InvalidRequest('the request is too long');
    await countStart(requestOf(context).source).catch(toUnavailable);
  }

  /**
   * Returns true if a request is signed. The library has verified the signature, and that all parameters are signed.
   */
  async function isSignedNow(context: KoaContextWithOIDC): Promise<boolean> {
    const { request: object } = context.query;
    if (typeof object !== 'string' || context.oidc.trusted === undefined) return false;
    const name = `${connection.id}:${clientOf(context).metadata.client_id}`;
    return takeSignedRequest(object, name, { clock: deps.clock, state });
  }

  /**
   * Refuses a request that leaves out its client's proof, or repeats it, if rules are enforced. Rules then know all facts
   * before the camera.
   */
  function requireProof(context: KoaContextWithOIDC, isSigned: boolean): void {
    const isEnforced = connection.policy.rules.some(({ mode }) => mode === 'enforce');
    if (!isEnforced || isSigned || provenPushOf(context) !== undefined) return;
    if (clientOf(context).provesRequests === true || context.query.request !== undefined)
      throw new oidcErrors.InvalidRequest('this connection has rules: the client must push or sign each request');
  }

  /**
   * Applies rate limits before any look-up or write. Signed requests and requests that the client checks itself are not
   * counted, because each is valid only once.
   */
  async function applyLimits(context: KoaContextWithOIDC, isSigned: boolean): Promise<void> {
    const { source, sentBackAt } = requestOf(context);
    const pushed = provenPushOf(context);
    if (pushed !== undefined) {
      const who = digestOf(pushed.jti).toString('base64url');
      await deps.consumeLimits(['startsOfPushedRequest', who]).catch(toUnavailable);
    } else if (clientOf(context).admit === null && !isSigned) {
      await requireReturn(context, sentBackAt);
      await countStart(source).catch(toUnavailable);
    }
  }

  async function findPerson(
    context: KoaContextWithOIDC,
    { params, requested }: AuthorizationParameters,
    isSigned: boolean,
  ): Promise<Person | null> {
    const { admission, source } = requestOf(context);
    const client = clientOf(context);
    const isPushed = provenPushOf(context) !== undefined;
    const request: AuthorizationRequest = {
      params,
      requested,
      isPushed,
      isUnaltered: isPushed || isSigned,
      source,
      admitted: admission !== null && 'admitted' in admission ? admission.admitted : null,
    };
    const person = await client.findPerson(request).catch(toUnavailable);
    if (person === null && !client.asksWho) throw new oidcErrors.InvalidRequest('login_hint is required');
    if (person !== null) checkSubject(person, request);
    return person;
  }
}

/** Creates the check of the parameter `claims`, before it is stored. The library has parsed it. */
export const createCheckClaims =
  (clientOf: CheckedIssuer['clientOf']) =>
  async (context: KoaContextWithOIDC, claims: unknown): Promise<void> => {
    if (!clientOf(context).dropsClaims) requestOf(context).claims = parseClaims(claims);
    else if (context.oidc.params !== undefined) context.oidc.params.claims = undefined;
  };

/** Without `openid`, the library would accept the request as plain OAuth. */
function requireOpenIdScope({ oidc }: KoaContextWithOIDC): void {
  if (!oidc.requestParamScopes.has('openid')) throw new oidcErrors.InvalidRequest('the scope must include openid');
}

/** Returns true for a public client, in whose name anyone can send requests. */
const isPublic = ({ oidc }: KoaContextWithOIDC): boolean => oidc.client?.tokenEndpointAuthMethod === 'none';

const provenPushOf = (context: KoaContextWithOIDC) =>
  isPublic(context) ? undefined : context.oidc.entities.PushedAuthorizationRequest;

function possibleMethods({ policy }: Connection): readonly AuthenticationMethod[] {
  const secrets = { none: [], pin: ['pin'], passkey: ['hwk', 'swk'] } as const;
  return ['face', ...secrets[policy.userSecret]];
}
