import type { ClientScope } from '../../../src/access/scopes.js';
import type { JsonObject } from '../../../src/core/base/json.js';

export interface PortalGiven {
  readonly port: number;
  readonly serverUrl: string;
  /** URL of the OpenID provider, which answers once all portals have started. */
  readonly issuer: string;
  /** Secret of all OpenID clients of the portal. */
  readonly clientSecret: string;
  readonly connection: string;
  readonly user: { readonly login: string; readonly password: string; readonly id: string };
  /** Returns a client token. It can be called only after all portals have started. */
  clientToken(scopes: readonly ClientScope[]): Promise<string>;
}

export interface RunningPortal {
  readonly url: string;
  /** Settings for `oidc.clients` of the connection. */
  readonly clients: readonly JsonObject[];
  /** Return URLs, in addition to the redirect URIs of `clients`. */
  readonly returnUrls?: readonly string[];
  /** Settings for `oidc.credentials`. */
  readonly credentials?: JsonObject;
  /** Entry in the facestep server's list of services. If omitted, the portal is not listed. */
  readonly service?: { readonly name: string; readonly text: { readonly en: string } };
  /** Settings of the provider's own sign-in, for `me.signIn`. */
  readonly ownSignIn?: JsonObject;
  readonly connections?: readonly JsonObject[];
  readonly settings?: JsonObject;
  readonly groups?: readonly string[];
  readonly guide: readonly string[];
  close(): Promise<void>;
}

export const toClient = (
  id: string,
  secret: string,
  { redirectUri }: { readonly redirectUri: string },
  more: JsonObject,
): JsonObject => ({ kind: 'relying_party', id, secret, redirectUris: [redirectUri], ...more });

/** Makes a value at its first use: portals start before the facestep server, which client tokens come from. */
export function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

export interface Portal {
  readonly id: string;
  /** Port that the demonstration uses when its URLs are fixed. */
  readonly port: number;
  start(given: PortalGiven): Promise<RunningPortal>;
}
