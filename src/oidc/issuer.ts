import type { Interaction, KoaContextWithOIDC } from 'oidc-provider';
import { relyingPartiesOf } from '../config/oidc.js';
import { type OidcClient, paths } from '../connections/openid-client.js';
import { languageOf } from '../core/base/languages.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { DirectoryFor } from '../core/limits/directories.js';
import { usesOfStart } from '../core/limits/limits.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import type { OidcKeySet } from '../storage/keys/oidc-keys.js';
import { type AuthorizationParameters, readAsked, unregisteredIn } from './asked.js';
import { createCheckClaims, createCheckRequest } from './check-request.js';
import type { ProviderHooks } from './configuration.js';
import type {
  ConnectionWithClients,
  IssuerDeps,
  OidcExtension,
  OidcFeature,
  OidcIssuer,
  RunningProvider,
} from './feature.js';
import { createFindAccount } from './find-account.js';
import { type Flow, flowLifeSec, newFlow, writeFlow } from './flow.js';
import { createAuthorizationMiddlewares } from './middlewares.js';
import { observe } from './observe.js';
import { pageErrorOf, renderErrorPage } from './pages.js';
import { createProvider } from './provider.js';
import { createRelyingParty } from './relying-party.js';
import { noteRequest, requestOf } from './request.js';
import { RetryWithCookie } from './return-visit.js';
import { createSingleUse, createStorage, ResumeSignIn, type SingleUse } from './storage.js';
import { inProtocolSigning, withProtocolErrors } from './unavailable.js';

export const connectionIssuerOf = (connection: Connection, deps: Ports<'issuer'>): string =>
  `${deps.issuer}/oidc/${connection.id}`;

/** @throws `config_invalid` if the library refuses a client */
export function createIssuer(
  { connection, oidc, sections, createOidcClients }: ConnectionWithClients,
  { extensions, directoryFor }: { readonly extensions: readonly OidcExtension[]; readonly directoryFor: DirectoryFor },
  deps: IssuerDeps,
): OidcIssuer {
  const issuer = connectionIssuerOf(connection, deps);
  const interactionUrl = (uid: string): string => `${issuer}${paths.interaction}/${uid}`;
  const countStart = (source: string): Promise<void> => deps.consumeLimits(...usesOfStart(source, connection.id));
  const opened = { issuer, connection, oidc, sections, directoryFor, interactionUrl, countStart };
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
  const parts = { issuer, connection, features, clients: byId, interactionUrl, countStart };
  const hooks = createHooks(parts, deps);
  const storage = createStorage(connection.id, { clock: deps.clock, state: withProtocolErrors(deps.state) });
  const middlewares = createAuthorizationMiddlewares(byId, onlyPushingClient(clients));

  let built: { readonly keySet: OidcKeySet; readonly running: RunningProvider } | null = null;
  const running = async (): Promise<RunningProvider> => {
    const keySet = await deps.oidcKeys.current();
    if (built?.keySet !== keySet) {
      const signing = keySet.signing.map(inProtocolSigning);
      const provider = createProvider(issuer, {
        clients,
        features,
        keySet: { ...keySet, signing },
        storage,
        middlewares,
        hooks,
        clock: deps.clock,
      });
      observe(provider, deps.log);
      built = { keySet, running: { provider, handle: provider.callback() } };
    }
    return built.running;
  };
  return {
    ...parts,
    oidc,
    running,
    async answer(request, response, sent) {
      noteRequest(request, sent);
      const { handle } = await running();
      await handle(request, response);
    },
  };
}

/** Returns the id of the only client with pushed requests, whose browsers may omit `client_id`. */
function onlyPushingClient(clients: readonly OidcClient[]): string | null {
  const [only, ...others] = clients.filter(({ metadata }) => metadata.require_pushed_authorization_requests === true);
  return only === undefined || others.length > 0 ? null : only.metadata.client_id;
}

type Parts = Pick<OidcIssuer, 'issuer' | 'connection' | 'features' | 'clients' | 'interactionUrl' | 'countStart'>;

function createHooks(parts: Parts, deps: IssuerDeps): ProviderHooks {
  const { connection, features, clients, interactionUrl } = parts;
  const state = withProtocolErrors(deps.state);
  const singleUse = createSingleUse({ state, interactionUrl });
  const clientOf = (context: KoaContextWithOIDC): OidcClient => {
    const client = clients.get(context.oidc.client?.clientId ?? '');
    if (client === undefined) throw new FaceError('internal', 'a client without a kind');
    return client;
  };
  const lifeSecOf = (client: OidcClient): number => toFlowLifeSec(client, connection, features);
  return {
    interactionLifeSec: (context) => lifeSecOf(clientOf(context)),
    check: createCheckRequest({ ...parts, singleUse, clientOf }, deps),
    checkClaims: createCheckClaims(clientOf),
    begin: createBeginSignIn({ connection, singleUse, clientOf, lifeSecOf, interactionUrl }, { ...deps, state }),
    findAccount: createFindAccount((client) => clients.get(client), features, { ...deps, state, connection }),
    renderError,
  };
}

function toFlowLifeSec(client: OidcClient, connection: Connection, features: readonly OidcFeature[]): number {
  const extraSec = features.map((each) => each.extraSec?.(client) ?? 0);
  return flowLifeSec(client, connection, Math.max(0, ...extraSec));
}

/** Creates the start of a sign-in, which the library calls after it has stored its interaction. */
function createBeginSignIn(
  {
    connection,
    singleUse,
    clientOf,
    lifeSecOf,
    interactionUrl,
  }: Pick<OidcIssuer, 'connection' | 'interactionUrl'> & {
    readonly singleUse: SingleUse;
    clientOf(context: KoaContextWithOIDC): OidcClient;
    lifeSecOf(client: OidcClient): number;
  },
  deps: Ports<'state' | 'clock' | 'log'>,
): ProviderHooks['begin'] {
  return async (context: KoaContextWithOIDC, interaction: Interaction): Promise<string> => {
    const client = clientOf(context);
    const { client_id: clientId } = client.metadata;
    const { person, asked: checked } = requestOf(context);
    if (person?.proof !== undefined) await singleUse.take(person.proof, context, interaction.uid);
    // A browser that returns too early begins again, with the stored parameters.
    const asked = checked ?? readAsked(interaction.params);
    const unregistered = unregisteredIn(client, asked);
    if (unregistered.length > 0) {
      deps.log.info('OpenID request exceeds the client’s registration', { client: clientId, unregistered });
    }
    const flow: Flow = {
      ...newFlow,
      clientId,
      person,
      acr: chooseAcr(client, asked),
      endsAt: addSec(deps.clock.now(), lifeSecOf(client)),
    };
    await writeFlow(interaction, flow, { ...deps, connection });
    return interactionUrl(interaction.uid);
  };
}

function chooseAcr({ acrValues }: OidcClient, { params, requested }: AuthorizationParameters): string {
  const wanted = [...requested.acr.values, ...(params.acr_values ?? '').split(' ')];
  return wanted.find((value) => acrValues.includes(value)) ?? acrValues[0];
}

const renderError: ProviderHooks['renderError'] = (context, { error: code }, error) => {
  if (error instanceof RetryWithCookie || error instanceof ResumeSignIn) return error.answer(context);
  const language = languageOf(context.oidc.params?.ui_locales, context.acceptsLanguages());
  const reference = String(context.res.getHeader('X-Request-Id') ?? '');
  const page = renderErrorPage(language, { error: pageErrorOf(context.status, error), code, reference });
  context.set('Content-Security-Policy', page.policy);
  context.type = 'html';
  context.body = page.bytes;
};
