import type { JsonObject } from '../../../src/base/json.js';
import type { ClientScope } from '../../../src/rest/scopes.js';

export interface PortalGiven {
  /** 0 picks a free port. */
  readonly port: number;
  readonly serverUrl: string;
  /** Issuer of the connection's OpenID provider; it answers once all portals have started. */
  readonly issuer: string;
  /** Shared by the portal's OpenID clients. */
  readonly clientSecret: string;
  readonly connection: string;
  /** The connection's only user; `id` is their immutable id at the provider. */
  readonly user: { readonly login: string; readonly password: string; readonly id: string };
  /** Creates a REST API token, once all portals have started. */
  clientToken(scopes: readonly ClientScope[]): Promise<string>;
}

export interface RunningPortal {
  readonly url: string;
  /** For `oidc.clients` of the connection. */
  readonly clients: readonly JsonObject[];
  /** Return URLs of the capture page, in addition to redirect URIs. */
  readonly returnUrls?: readonly string[];
  /** For `oidc.credentials`. */
  readonly credentials?: JsonObject;
  /** Entry on the user's own page; omitted: not listed. */
  readonly service?: { readonly name: string; readonly text: { readonly en: string } };
  /** The provider's own sign-in, for `me.signIn`. */
  readonly ownSignIn?: JsonObject;
  readonly connections?: readonly JsonObject[];
  readonly settings?: JsonObject;
  readonly groups?: readonly string[];
  /** Instructions, one per line. */
  readonly guide: readonly string[];
  close(): Promise<void>;
}

/** One portal of `demo --serve`: an application that asks for faces. */
export interface Portal {
  readonly id: string;
  /** Port in `demo --serve`, where URLs are fixed. */
  readonly port: number;
  start(given: PortalGiven): Promise<RunningPortal>;
}
