import { z } from 'zod';
import { type Connection, standardTenant, toSubject } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { supportedLanguages } from '../core/language.js';
import { FaceError } from '../errors.js';
import type { Client } from './client-tokens.js';

export const subjectFields = {
  connection: z.string().min(1).max(100).describe('The id of a configured connection.'),
  subject: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('The user’s immutable id at the identity provider. Send this or `login`.'),
  login: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Username, searched at the identity provider. Use it instead of `subject`.'),
};

/** Fields of a request that sends a person a link. */
export const linkFields = {
  ...subjectFields,
  send: z
    .enum(['none', 'email', 'sms'])
    .default('none')
    .describe('`none`: the link is in the reply, and nothing is sent.'),
  language: z.enum(supportedLanguages).default('en'),
};

interface NamedUser {
  readonly subject?: string | undefined;
  readonly login?: string | undefined;
}

/** @throws `request_malformed` unless exactly one field is given */
export function checkNamed({ subject, login }: NamedUser): void {
  if ((subject === undefined) === (login === undefined))
    throw new FaceError('request_malformed', { field: 'login', reason: 'Expected either subject or login.' });
}

/**
 * Returns the id of the named user. It does not check if a given id exists.
 * @returns `null` for an unknown login
 * @throws `request_malformed`
 */
export async function findSubject({ profile }: Connection, named: NamedUser): Promise<string | null> {
  checkNamed(named);
  if (named.subject !== undefined) return toSubject(named.subject, profile);
  if (named.login === undefined) return null;
  return (await profile.findAccount(named.login))?.subject ?? null;
}

/** Returns the id of the named user. @throws also `subject_unknown` for an unknown login */
export async function requireSubject(connection: Connection, named: NamedUser): Promise<string> {
  const subject = await findSubject(connection, named);
  if (subject === null) throw new FaceError('subject_unknown');
  return subject;
}

/** Returns true for clients of the standard tenant, or of the tenant with the connection's name. */
export const mayUse = ({ tenant }: Client, connection: string): boolean =>
  tenant === standardTenant || tenant === connection;

/** @throws `connection_unknown`, also for a connection that the client's tenant may not use */
export function findConnection(id: string, client: Client, { connections }: Ports<'connections'>): Connection {
  const connection = mayUse(client, id) ? connections.get(id) : undefined;
  if (connection === undefined) throw new FaceError('connection_unknown');
  return connection;
}

export const immediateField = z
  .boolean()
  .default(false)
  .describe(
    'True if your program redirects the browser to `url` itself: the page then opens at once. Otherwise it waits for a click, because mail filters and link previews open links that are passed on, and `url` works once.',
  );

export const returnUrlField = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .describe('Address that the capture page opens at the end: one of the connection’s `returnUrls`.');

export function checkReturnUrl(connection: Connection | null, returnUrl: string | undefined): string | null {
  if (returnUrl === undefined) return null;
  if (!connection?.policy.returnUrls.includes(returnUrl))
    throw new FaceError('request_malformed', {
      field: 'returnUrl',
      reason: 'Not listed in `returnUrls` of the connection’s policy.',
    });
  return returnUrl;
}
