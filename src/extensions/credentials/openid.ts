import { walletClientId } from '../../config/oidc.js';
import { paths } from '../../connections/openid-paths.js';
import { FaceError } from '../../errors.js';
import type { OidcExtension } from '../../oidc/feature.js';
import { createCredentialClients, walletMetadata } from './clients.js';
import { createIssue } from './issue.js';
import { preAuthorized, toLibraryFeature } from './library-settings.js';
import { mountCredentials } from './mount.js';
import { offerSec } from './offer.js';
import { createOfferStep } from './offer-step.js';

/** Issues credentials to wallets (OpenID4VCI 1.0). */
export const credentialsOfOidc: OidcExtension = {
  methodsByPath: {
    [paths.credentialIssuer]: ['GET', 'HEAD', 'OPTIONS'],
    [paths.credential]: ['POST', 'OPTIONS'],
    [paths.nonce]: ['POST', 'OPTIONS'],
  },
  wellKnownPaths: [paths.credentialIssuer],
  mount: mountCredentials,
  // Wallets may omit the client id (OpenID4VCI 1.0, section 6.1).
  completeForm(path, form) {
    if (path !== paths.token || form.get('grant_type') !== preAuthorized || form.has('client_id')) return false;
    form.set('client_id', walletClientId);
    return true;
  },
  open({ issuer, connection, oidc: { credentials }, directoryFor }, deps) {
    if (Object.keys(credentials).length === 0) return {};
    const clients = createCredentialClients(issuer, credentials, directoryFor);
    const registrationOf = (type: string): string =>
      clients.find(({ offers }) => offers === type)?.consented?.registration ?? '';
    const issue = createIssue({ issuer, connection, credentials, registrationOf }, deps);
    const showOffer = createOfferStep({ issuer, connection, credentials }, deps);
    return {
      clients,
      settings({ cookieKeys: [cookieKey] }) {
        if (cookieKey === undefined) throw new FaceError('key_service_unavailable');
        return {
          clients: [walletMetadata],
          // Wallets need no client id, because the offer's code and digits identify the person.
          discovery: { 'pre-authorized_grant_anonymous_access_supported': true },
          resourceScopes: Object.keys(credentials),
          openid4vci: toLibraryFeature(issuer, { credentials, issue }, cookieKey),
          routes: { credential: paths.credential, challenge: paths.nonce },
          ttl: { PreAuthorizedCode: offerSec },
        };
      },
      async answer(visit, { subject, share, pass, take }) {
        const type = visit.client.offers;
        if (type === undefined) return false;
        await showOffer(visit, { type, subject, share, check: pass, take });
        return true;
      },
    };
  },
};
