import type { Request, RequestHandler, Response } from 'express';
import type { Cloud } from './cloud.js';
import type { Tenant } from './tenant.js';

/** What a Graph call works with: the caller's tenant, and whether it was granted one of these permissions. */
export interface GraphContext {
  readonly cloud: Cloud;
  tenantOf(response: Response): Tenant;
  /** Any one of them is enough. */
  requireRole(...roles: readonly string[]): RequestHandler;
  /** One page of a list, with `@odata.nextLink` where there is more; `$filter` is `name eq 'value'` alone. */
  sendList(request: Request, response: Response, entries: readonly object[]): void;
}
