import type { JsonObject } from '../../../src/base/json.js';
import type { ClientScope } from '../../../src/rest/scopes.js';

export interface PortalGiven {
  /** 0 picks a free port. */
  readonly port: number;
  readonly serverUrl: string;
  /** It answers once all portals have started. */
  readonly issuer: string;
  /** Shared by the portal's OpenID clients. */
  readonly clientSecret: string;
  readonly connection: string;
  /** The connection's only user. */
  readonly user: { readonly login: string; readonly password: string; readonly id: string };
  /** Once all portals have started. */
  clientToken(scopes: readonly ClientScope[]): Promise<string>;
}

export interface RunningPortal {
  readonly url: string;
  /** For `oidc.clients` of the connection. */
  readonly clients: readonly JsonObject[];
  /** In addition to redirect URIs. */
  readonly returnUrls?: readonly string[];
  /** For `oidc.credentials`. */
  readonly credentials?: JsonObject;
  /** Omitted: not listed. */
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

/** An application that asks for faces. */
export interface Portal {
  readonly id: string;
  /** URLs are fixed there. */
  readonly port: number;
  start(given: PortalGiven): Promise<RunningPortal>;
}
