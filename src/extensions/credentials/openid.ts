import type { Express, Request, Response } from 'express';
import type { ClientMetadata } from 'oidc-provider';
import { texts as consentTexts } from '../../../locales/compiled/server/consent/all.js';
import { createRelyingPartyGuard, type RelyingPartyConfig } from '../../config/oidc.js';
import { type DirectoryFor, type OidcClient, paths } from '../../connections/openid-client.js';
import { type Language, languageOf } from '../../core/base/languages.js';
import { readTokenIfAny } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { identifyIfToken } from '../../enrolment/deny-list.js';
import { FaceError } from '../../errors.js';
import { mountGet, queryOf } from '../../http/front-door.js';
import { sendPage } from '../../http/page-layout.js';
import { describeResource } from '../../oidc/configuration.js';
import type { OidcExtension, OidcIssuer } from '../../oidc/feature.js';
import type { SharedClaims, Visit } from '../../oidc/flow.js';
import { oidcErrors } from '../../oidc/library.js';
import type { MountedIssuer, OidcIssuers } from '../../oidc/mount.js';
import { createRelyingParty } from '../../oidc/relying-party.js';
import { type Middleware, requestOf } from '../../oidc/request.js';
import {
  type CredentialConfig,
  type CredentialConfigs,
  consentNameOf,
  credentialsOf,
  walletClientId,
} from './config.js';
import { type CheckedFace, createIssue } from './issue.js';
import { preAuthorized, toLibraryFeature } from './library-settings.js';
import { makeOffer, offerSec } from './offer-step.js';
import { renderOfferPage, renderStartPage } from './pages.js';
import { createStatusLists, statusTtlSec } from './status-lists.js';

const credentialPath = '/credential';
const noncePath = '/nonce';

const pageOf = (type: string): string => `/credentials/${type}`;

/** Creates the public clients that request a credential's claims. These clients never get an authorization code. */
function createCredentialClients(
  issuer: string,
  credentials: CredentialConfigs,
  directoryFor: DirectoryFor,
): readonly OidcClient[] {
  return Object.entries(credentials).map(([type, credential]) => {
    const { takesAnotherWay: _, ...client } = createRelyingParty(toConfig(issuer, type, credential), directoryFor);
    const consentWords = (language: Language) => {
      const { cardTitle, cardOptionalText: optionalText, cardGoesTo: goesTo } = consentTexts[language];
      return { title: cardTitle({ credential: credential.name }), optionalText, goesTo };
    };
    return { ...client, offers: type, consentWords };
  });
}

const clientGuard = createRelyingPartyGuard([]);

const toConfig = (issuer: string, type: string, { name, claims, days }: CredentialConfig): RelyingPartyConfig => ({
  ...clientGuard.parse({
    kind: 'relying_party',
    id: consentNameOf(type),
    name,
    redirectUris: [`${issuer}${pageOf(type)}`],
    dataConsentDays: days,
  }),
  claims,
});

/** A wallet has no client secret, because the holder's key identifies it and the offer's code authorizes it. */
const walletMetadata: ClientMetadata = {
  client_id: walletClientId,
  token_endpoint_auth_method: 'none',
  grant_types: [preAuthorized],
  response_types: [],
  redirect_uris: [],
};

/** Adds the client id, which wallets may omit (OpenID4VCI 1.0, section 6.1). */
const addWalletClient: Middleware = (context, next) => {
  const request = requestOf(context);
  if (request.path === paths.token && context.is('application/x-www-form-urlencoded') !== false) {
    const form = new URLSearchParams(request.body?.toString('utf8'));
    if (form.get('grant_type') === preAuthorized && !form.has('client_id')) {
      form.set('client_id', walletClientId);
      request.body = Buffer.from(form.toString());
    }
  }
  return next();
};

const keysKnownSec = 300;

function mountCredentials(
  app: Express,
  issuers: OidcIssuers,
  deps: Ports<'issuer' | 'random' | 'state' | 'clock' | 'signer'>,
): void {
  const readStatus = createStatusLists(deps);
  const get = (
    path: string,
    answer: (issuer: MountedIssuer, request: Request, response: Response) => unknown,
  ): void => {
    mountGet(app, path, async (response, request) => {
      const issuer = issuers.get(String(request.params.connection));
      const isOffered = issuer !== undefined && Object.keys(credentialsOf(issuer.oidc)).length > 0;
      if (!isOffered) throw new FaceError('not_found');
      await answer(issuer, request, response);
    });
  };

  get(`/oidc/:connection${pageOf(':type')}`, ({ oidc, connection, issuer }, request, response) => {
    const credentials = credentialsOf(oidc);
    const type = String(request.params.type);
    const config = Object.hasOwn(credentials, type) ? credentials[type] : undefined;
    if (config === undefined) throw new FaceError('not_found');
    const asked = Object.fromEntries(Object.keys(config.claims).map((claim) => [claim, null]));
    const page = renderStartPage(languageOf(undefined, request.acceptsLanguages()), {
      name: config.name,
      organisation: connection.policy.organisation,
      isAgain: new URLSearchParams(queryOf(request)).has('error'),
      request: {
        client_id: consentNameOf(type),
        redirect_uri: `${issuer}${pageOf(type)}`,
        response_type: 'code',
        scope: 'openid',
        claims: JSON.stringify({ userinfo: asked }),
        // Two credentials may have different content, so consent is requested for each.
        prompt: 'consent',
        // The challenge is random and its PKCE verifier is unknown, so that no authorization code can be redeemed.
        code_challenge: Buffer.from(deps.random(32)).toString('base64url'),
        code_challenge_method: 'S256',
      },
    });
    sendPage(response, page);
  });

  get('/oidc/:connection/status/:list', async ({ connection, issuer }, request, response) => {
    const jws = await readStatus({ connection, issuer }, String(request.params.list));
    response
      .set('Access-Control-Allow-Origin', '*')
      .set('Cache-Control', `public, max-age=${statusTtlSec}`)
      .type('application/statuslist+jwt')
      .send(jws);
  });

  for (const path of ['/.well-known/jwt-vc-issuer/oidc/:connection', '/oidc/:connection/.well-known/jwt-vc-issuer']) {
    get(path, ({ issuer }, _request, response) => {
      response
        .set('Access-Control-Allow-Origin', '*')
        .set('Cache-Control', `public, max-age=${keysKnownSec}`)
        .json({ issuer, jwks_uri: `${deps.issuer}/.well-known/jwks.json` });
    });
  }
}

/**
 * Creates the step that ends a sign-in with a credential offer. The offer is shown once, in the browser that signed in.
 */
function createOfferStep(
  {
    issuer,
    connection,
    credentials,
  }: Pick<OidcIssuer, 'issuer' | 'connection'> & { readonly credentials: CredentialConfigs },
  deps: Ports<'state' | 'clock' | 'random' | 'verifier'>,
) {
  return async (
    { request, response, provider, interaction, asked }: Visit,
    offered: {
      readonly type: string;
      readonly subject: string;
      readonly sharedClaims: SharedClaims | null;
      readonly check: Pick<CheckedFace, 'at' | 'presence'>;
      take(): Promise<void>;
    },
  ): Promise<void> => {
    const { type, subject, sharedClaims, check } = offered;
    const config = credentials[type];
    if (config === undefined) throw new FaceError('internal', 'a credential that is not configured');
    // The request lacks the claims that the start page requests, so it comes from elsewhere.
    if (sharedClaims === null) throw new oidcErrors.AccessDenied('the user did not consent');
    const token = identifyIfToken(await readTokenIfAny(connection, subject), deps);
    if (token === null) throw new oidcErrors.AccessDenied('the enrolment has ended');
    const { at, presence } = check;
    const about = { type, subject, sharedClaims, check: { at, presence, tokenId: token.tokenId } };
    const offer = await makeOffer({ provider, issuer, connection }, about, deps);
    await offered.take();
    await interaction.destroy();
    const language = languageOf(asked.params.ui_locales, request.acceptsLanguages());
    sendPage(response, renderOfferPage(language, { name: config.name, ...offer }));
  };
}

/** Issues credentials to wallets (OpenID4VCI 1.0). */
export const credentialsOfOidc: OidcExtension = {
  routes: [
    { path: '/.well-known/openid-credential-issuer', methods: ['GET', 'HEAD', 'OPTIONS'], isWellKnown: true },
    { path: credentialPath, methods: ['POST', 'OPTIONS'] },
    { path: noncePath, methods: ['POST', 'OPTIONS'] },
  ],
  mount: mountCredentials,
  requestersOf: (oidc) => Object.entries(credentialsOf(oidc)).map(([id, { claims }]) => ({ id, claims })),
  open({ issuer, connection, oidc, directoryFor }, deps) {
    const credentials = credentialsOf(oidc);
    if (Object.keys(credentials).length === 0) return {};
    const clients = createCredentialClients(issuer, credentials, directoryFor);
    const registrationOf = (type: string): string =>
      clients.find(({ offers }) => offers === type)?.consented?.registration ?? '';
    const issue = createIssue({ issuer, connection, credentials, registrationOf }, deps);
    const showOffer = createOfferStep({ issuer, connection, credentials }, deps);
    return {
      clients,
      middlewares: [addWalletClient],
      configure(configuration, { cookieKeys: [cookieKey] }) {
        if (cookieKey === undefined) throw new FaceError('key_service_unavailable');
        return {
          ...configuration,
          clients: [...configuration.clients, walletMetadata],
          // Wallets need no client id, because the offer's code and digits identify the person.
          discovery: { ...configuration.discovery, 'pre-authorized_grant_anonymous_access_supported': true },
          features: {
            ...configuration.features,
            openid4vci: toLibraryFeature(issuer, { credentials, issue }, cookieKey),
            resourceIndicators: {
              ...configuration.features.resourceIndicators,
              getResourceServerInfo: describeResource(issuer, Object.keys(credentials)),
            },
          },
          routes: { ...configuration.routes, credential: credentialPath, challenge: noncePath },
          ttl: { ...configuration.ttl, PreAuthorizedCode: offerSec },
        };
      },
      async answer(visit, { subject, sharedClaims, pass, take }) {
        const type = visit.client.offers;
        if (type === undefined) return false;
        await showOffer(visit, { type, subject, sharedClaims, check: pass, take });
        return true;
      },
    };
  },
};
