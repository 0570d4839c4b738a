import type { Credential } from '../core/concealed.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps } from '../core/deps.js';
import type { Delivery } from '../core/ports.js';

/** What the REST API takes from outside. */
export interface ApiDeps extends CoreDeps {
  /** Expected in `X-Admin-Key` where an administrator is asked for. */
  readonly adminKey: Credential;
  readonly delivery: Delivery;
  /** By id. */
  readonly connections: ReadonlyMap<string, Connection>;
}
