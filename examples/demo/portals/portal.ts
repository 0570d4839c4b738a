import type { JsonObject } from '../../../src/base/json.js';
import type { ClientScope } from '../../../src/rest/scopes.js';

/** What a portal of the demonstration is given of the server that it belongs to. */
export interface PortalGiven {
  /** To listen on; 0 takes a free one. */
  readonly port: number;
  readonly serverUrl: string;
  /** Of the OpenID provider of the connection; it answers once all portals have started. */
  readonly issuer: string;
  /** Of the portal's OpenID clients. */
  readonly clientSecret: string;
  /** Of the one connection. */
  readonly connection: string;
  /** Who may sign in: the one user of the connection, and their immutable id at the provider. */
  readonly user: { readonly login: string; readonly password: string; readonly id: string };
  /** Makes a token of the REST API, once all portals have started. */
  clientToken(scopes: readonly ClientScope[]): Promise<string>;
}

/** A portal that listens. */
export interface RunningPortal {
  readonly url: string;
  /** To be registered at the connection, as `oidc.clients` has them. */
  readonly clients: readonly JsonObject[];
  /** Where the capture page may lead back to, beside redirect addresses. */
  readonly returnUrls?: readonly string[];
  /** What people may carry in a wallet, as `oidc.credentials` has them. */
  readonly credentials?: JsonObject;
  /** As people find it on their own page; absent: it is not listed there. */
  readonly service?: { readonly name: string; readonly text: { readonly en: string } };
  /** How people sign in at the provider itself, as `me.signIn` has it. */
  readonly ownSignIn?: JsonObject;
  /** Other connections that it needs, as the configuration has them. */
  readonly connections?: readonly JsonObject[];
  /** What it needs of the connection beside its clients, as the configuration has it. */
  readonly settings?: JsonObject;
  /** Names of groups that the user is in for it. */
  readonly groups?: readonly string[];
  /** What to do there, a line each. */
  readonly guide: readonly string[];
  close(): Promise<void>;
}

/** One portal of `demo --serve`: an application of a company that asks for faces. */
export interface Portal {
  readonly id: string;
  /** In `demo --serve`, where an address can be told beforehand. */
  readonly port: number;
  start(given: PortalGiven): Promise<RunningPortal>;
}
