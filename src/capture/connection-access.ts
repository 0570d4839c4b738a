import { z } from 'zod';
import type { Connection } from '../core/connection.js';
import { FaceError } from '../errors.js';
import type { Client } from '../rest/client-tokens.js';
import type { ApiDeps } from '../rest/deps.js';

/** The fields that name a user of a connection. */
export const who = {
  connection: z.string().min(1).max(100).describe('The id of a configured connection.'),
  subject: z.string().min(1).max(256).describe('The user’s immutable id at the identity provider.'),
};

/** A client of the standard tenant serves every connection; one of another tenant only the connection of that name. */
export const mayUse = ({ tenant }: Client, connection: string): boolean =>
  tenant === 'default' || tenant === connection;

/** @throws FaceError `connection_unknown`, also where it is another tenant's */
export function findConnection(id: string, client: Client, { connections }: ApiDeps): Connection {
  const connection = mayUse(client, id) ? connections.get(id) : undefined;
  if (connection === undefined) throw new FaceError('connection_unknown');
  return connection;
}

export const returnUrlField = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .describe('Where the capture page goes at the end: one of the connection’s `returnUrls`.');

/** @throws FaceError `request_malformed`: the connection does not allow it */
export function checkReturnUrl(connection: Connection | null, returnUrl: string | undefined): string | null {
  if (returnUrl === undefined) return null;
  if (!connection?.policy.returnUrls.includes(returnUrl))
    throw new FaceError('request_malformed', { field: 'returnUrl' });
  return returnUrl;
}
