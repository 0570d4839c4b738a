import type { Request, RequestHandler, Response } from 'express';
import type { Cloud } from './cloud.js';
import type { Tenant } from './tenant.js';

/** What a Graph call works with: the caller's tenant, and whether it was granted one of these permissions. */
export interface GraphContext {
  readonly cloud: Cloud;
  tenantOf(response: Response): Tenant;
  /** Any one of them is enough. */
  requireRole(...roles: readonly string[]): RequestHandler;
  /** Notes that something is new, which is not shown at once. */
  noteMade(id: string): void;
  /** Whether Graph shows something where it looks: what is new it does not. */
  isShown(id: string): boolean;
  /** One page of a list, with `@odata.nextLink` where there is more; `$filter` is `name eq 'value'` alone. */
  sendList(request: Request, response: Response, entries: readonly object[]): void;
}
