import type { Request, RequestHandler, Response } from 'express';
import type { Cloud } from './cloud.js';
import type { Tenant } from './tenant.js';

/** What Graph tells of a user unless asked for more or less; of other things it tells all. */
const userFields = 'id,displayName,mail,userPrincipalName';

/** The properties that were asked for. */
export function toSelected(entry: object, { query }: Pick<Request, 'query'>): object {
  const isUser = Reflect.has(entry, 'userPrincipalName');
  const wanted = query.$select ?? (isUser ? userFields : null);
  if (wanted === null) return entry;
  const names = String(wanted).split(',');
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)));
}

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
  /** One page of a list, with `@odata.nextLink` where there is more; `$filter` is what graph-filter.ts understands. */
  sendList(request: Request, response: Response, entries: readonly object[]): void;
}
