import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { relyingPartiesOf } from '../config/oidc.js';
import { type AuthorizationRequest, type OidcClient, type Person, paths } from '../connections/openid-client.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { DirectoryFor } from '../core/limits/directories.js';
import type { AuthenticationMethod } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import type { OidcKeySet } from '../storage/keys/oidc-keys.js';
import {
  type AuthorizationParameters,
  checkClaims,
  checkDemand,
  checkSubject,
  readAsked,
  unregisteredIn,
} from './asked.js';
import type {
  Arrival,
  ConnectionWithClients,
  IssuerDeps,
  OidcExtension,
  OidcIssuer,
  RunningProvider,
} from './feature.js';
import { createFindAccount } from './find-account.js';
import { type Flow, flowLifeSec, newFlow, writeFlow } from './flow.js';
import { languageOf } from './language.js';
import { oidcErrors } from './library.js';
import { observe } from './observe.js';
import { pageErrorOf, renderErrorPage } from './pages.js';
import { createProvider, type ProviderHooks } from './provider.js';
import { createRelyingParty } from './relying-party.js';
import { createRequireReturn, maxQueryCharacters, RetryWithCookie } from './return-visit.js';
import { createSingleUse, createStorage, ResumeSignIn, takeSignedRequest } from './storage.js';
import { inProtocolSigning, toUnavailable, withProtocolErrors } from './unavailable.js';

export const issuerOf = (connection: Connection, deps: Ports<'issuer'>): string =>
  `${deps.issuer}/oidc/${connection.id}`;

/** @throws `config_invalid` if the library refuses a client */
export function createIssuer(
  { connection, oidc, organisations, createOidcClients }: ConnectionWithClients,
  { extensions, directoryFor }: { readonly extensions: readonly OidcExtension[]; readonly directoryFor: DirectoryFor },
  deps: IssuerDeps,
): OidcIssuer {
  const issuer = issuerOf(connection, deps);
  const interactionUrl = (uid: string): string => `${issuer}${paths.interaction}/${uid}`;
  const countStart = (source: string): Promise<void> =>
    deps.consumeLimits(['outsiderStarts', source], ['outsiderStartsOfConnection', connection.id]);
  const opened = { issuer, connection, oidc, organisations, directoryFor, interactionUrl, countStart };
  const features = extensions.map((each) => each.open(opened, deps));
  const relyingParties = relyingPartiesOf(oidc).map((config) =>
    features.reduce(
      (client, { completeClient }) => completeClient?.(client, config) ?? client,
      createRelyingParty(config, directoryFor),
    ),
  );
  const clients = [
    ...relyingParties,
    ...createOidcClients({ state: deps.state, directoryFor }),
    ...features.flatMap((each) => each.clients ?? []),
  ];
  const byId = new Map(clients.map((client) => [client.metadata.client_id, client]));
  const pushing = clients.filter(({ metadata }) => metadata.require_pushed_authorization_requests === true);
  const state = withProtocolErrors(deps.state);
  const storage = createStorage(connection.id, { ...deps, state });
  const flowDeps = { ...deps, state, connection };
  const singleUse = createSingleUse({ state, interactionUrl });
  const requireReturn = createRequireReturn(issuer, deps);
  const lifeSecOf = (client: OidcClient): number => {
    const extraSec = features.map((each) => each.extraSec?.(client) ?? 0);
    return flowLifeSec(client, connection, Math.max(0, ...extraSec));
  };
  const arrivals = new WeakMap<IncomingMessage, Arrival>();
  const people = new WeakMap<IncomingMessage, Person | null>();

  const clientOf = (context: KoaContextWithOIDC): OidcClient => {
    const client = byId.get(context.oidc.client?.clientId ?? '');
    if (client === undefined) throw new FaceError('internal', 'a client without a kind');
    return client;
  };

  /**
   * Returns true if a request is signed. The library has verified the signature, and that all parameters are signed.
   */
  const isSignedNow = async (context: KoaContextWithOIDC): Promise<boolean> => {
    const { request: object } = context.query;
    if (typeof object !== 'string' || context.oidc.trusted === undefined) return false;
    const name = `${connection.id}:${clientOf(context).metadata.client_id}`;
    return takeSignedRequest(object, name, { ...deps, state });
  };

  const arrivalOf = ({ req }: KoaContextWithOIDC): Arrival => {
    const arrival = arrivals.get(req);
    if (arrival === undefined) throw new FaceError('internal', 'a request that did not arrive');
    return arrival;
  };
  /** Returns true for a public client, in whose name anyone can send requests. */
  const isPublic = ({ oidc }: KoaContextWithOIDC): boolean => oidc.client?.tokenEndpointAuthMethod === 'none';
  const provenPushOf = (context: KoaContextWithOIDC) =>
    isPublic(context) ? undefined : context.oidc.entities.PushedAuthorizationRequest;

  /**
   * Applies rate limits before any look-up or write. Signed requests and requests that the client checks itself are not
   * counted, because each is valid only once.
   */
  const bound = async (context: KoaContextWithOIDC, client: OidcClient, isSigned: boolean): Promise<void> => {
    const { source, sentBackAt } = arrivalOf(context);
    const pushed = provenPushOf(context);
    if (pushed !== undefined) {
      const who = digestOf(pushed.jti).toString('base64url');
      await deps.consumeLimits(['startsOfPushedRequest', who]).catch(toUnavailable);
    } else if (client.admit === null && !isSigned) {
      await requireReturn(context, sentBackAt);
      await countStart(source).catch(toUnavailable);
    }
  };

  const findPerson = async (
    context: KoaContextWithOIDC,
    client: OidcClient,
    { params, requested, isSigned }: AuthorizationParameters & { readonly isSigned: boolean },
  ): Promise<Person | null> => {
    const { admission, source } = arrivalOf(context);
    const isPushed = provenPushOf(context) !== undefined;
    const request: AuthorizationRequest = {
      ...{ params, requested, isPushed },
      isUnaltered: isPushed || isSigned,
      source,
      admitted: admission !== null && 'admitted' in admission ? admission.admitted : null,
    };
    const person = await client.findPerson(request).catch(toUnavailable);
    if (person === null && !client.asksWho) throw new oidcErrors.InvalidRequest('login_hint is required');
    if (person !== null) checkSubject(person, request);
    return person;
  };

  const hooks: ProviderHooks = {
    interactionLifeSec: (context) => lifeSecOf(clientOf(context)),
    async check(context) {
      const { admission, source, lacksNonce } = arrivalOf(context);
      if (lacksNonce && context.oidc.params !== undefined) context.oidc.params.nonce = undefined;
      if (admission !== null && 'refusal' in admission) throw admission.refusal;
      // Without `openid`, the library would accept the request as plain OAuth.
      if (!context.oidc.requestParamScopes.has('openid'))
        throw new oidcErrors.InvalidRequest('the scope must include openid');
      const client = clientOf(context);
      const asked = readAsked(context.oidc.params);
      const { requested } = asked;
      checkDemand(requested.acr, client.acrValues);
      checkDemand(requested.amr, client.toAmr(possibleMethods(connection)));
      for (const { check } of features) if (await check?.(context, client, asked)) return;
      if (context.oidc.route === 'pushed_authorization_request') {
        if (!isPublic(context)) return;
        // Pushed requests of public clients are anonymous, and are stored.
        if (Object.values(asked.params).join('').length > maxQueryCharacters)
          throw new oidcErrors.InvalidRequest('the request is too long');
        await countStart(source).catch(toUnavailable);
        return;
      }
      // Requests with `prompt=none` are refused later, because this server keeps no sessions.
      if (context.oidc.prompts.has('none')) return;
      const isSigned = await isSignedNow(context);
      await bound(context, client, isSigned);
      const person = await findPerson(context, client, { ...asked, isSigned });
      if (person?.proof !== undefined) await singleUse.check(person.proof, context);
      people.set(context.req, person);
    },
    async checkClaims(context, claims) {
      if (!clientOf(context).dropsClaims) return checkClaims(claims);
      if (context.oidc.params !== undefined) context.oidc.params.claims = undefined;
    },
    async begin(context, interaction) {
      const client = clientOf(context);
      const person = people.get(context.req) ?? null;
      if (person?.proof !== undefined) await singleUse.take(person.proof, context, interaction.uid);
      const asked = readAsked(interaction.params);
      const unregistered = unregisteredIn(client, asked);
      if (unregistered.length > 0) {
        const { client_id: id } = client.metadata;
        deps.log.info('OpenID request exceeds the client’s registration', { client: id, unregistered });
      }
      const { acr_values: acrValues = '' } = asked.params;
      const askedAcrs = [...asked.requested.acr.values, ...acrValues.split(' ')];
      const flow: Flow = {
        ...newFlow,
        clientId: client.metadata.client_id,
        person,
        acr: askedAcrs.find((value) => client.acrValues.includes(value)) ?? client.acrValues[0],
        endsAt: addSec(deps.clock.now(), lifeSecOf(client)),
      };
      await writeFlow(interaction, flow, flowDeps);
      return interactionUrl(interaction.uid);
    },
    findAccount: createFindAccount((client) => byId.get(client), features, flowDeps),
    renderError(context, { error: code }, error) {
      if (error instanceof RetryWithCookie || error instanceof ResumeSignIn) return error.answer(context);
      const language = languageOf(context.oidc.params?.ui_locales, context.acceptsLanguages());
      const reference = String(context.res.getHeader('X-Request-Id') ?? '');
      const page = renderErrorPage(language, { error: pageErrorOf(context.status, error), code, reference });
      context.set('Content-Security-Policy', page.policy);
      context.type = 'html';
      context.body = page.bytes;
    },
  };

  let built: { readonly keySet: OidcKeySet; readonly running: RunningProvider } | null = null;
  return {
    issuer,
    connection,
    clients: byId,
    ...{ oidc, features },
    pushingClientId: pushing.length === 1 ? (pushing[0]?.metadata.client_id ?? null) : null,
    interactionUrl,
    async running() {
      const keySet = await deps.oidcKeys.current();
      if (built?.keySet !== keySet) {
        const signing = keySet.signing.map(inProtocolSigning);
        const provider = createProvider(issuer, {
          ...{ clients, features, keySet: { ...keySet, signing }, storage, hooks, clock: deps.clock },
        });
        observe(provider, deps.log);
        built = { keySet, running: { provider, handle: provider.callback() } };
      }
      return built.running;
    },
    countStart,
    noteArrival(request, arrival) {
      arrivals.set(request, arrival);
    },
  };
}

function possibleMethods({ policy }: Connection): readonly AuthenticationMethod[] {
  const secrets = { none: [], pin: ['pin'], passkey: ['hwk', 'swk'] } as const;
  return ['face', ...secrets[policy.userSecret]];
}
