import type { Request, RequestHandler, Response } from 'express';
import type { Cloud } from './cloud.js';
import type { Tenant } from './tenant.js';

/** Graph's default fields of a user; other resources return all fields. */
const userFields = 'id,displayName,mail,userPrincipalName';

export function toSelected(entry: object, { query }: Pick<Request, 'query'>): object {
  const isUser = Reflect.has(entry, 'userPrincipalName');
  const wanted = query.$select ?? (isUser ? userFields : null);
  if (wanted === null) return entry;
  const names = String(wanted).split(',');
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)));
}

export interface GraphContext {
  readonly cloud: Cloud;
  tenantOf(response: Response): Tenant;
  requireRole(...roles: readonly string[]): RequestHandler;
  /** Records a new object, which Graph shows only after a delay. */
  noteMade(id: string): void;
  isShown(id: string): boolean;
  /** @throws GraphError `Request_ResourceNotFound` */
  findShown<Entry>(entries: ReadonlyMap<string, Entry>, id: unknown): Entry;
  /** Sends one page of a list, with `@odata.nextLink` if there is more; `$filter` as in graph-filter.ts. */
  sendList(request: Request, response: Response, entries: readonly object[]): void;
}
