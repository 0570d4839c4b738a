import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { type Right, roles, type SignedInRole } from './rights.js';

export interface SessionReply {
  readonly ways: { readonly provider: boolean };
  readonly session: {
    readonly name: string;
    /** Name in records and lists, which differs from `name` after single sign-on. */
    readonly recordedName: string;
    readonly role: SignedInRole;
    readonly rights: readonly Right[];
    readonly byKey: boolean;
    /** Names of the extensions that are on. */
    readonly extensions: readonly string[];
    /** Channels whose messages are written to the outbox file, and not sent. */
    readonly outbox: readonly ('email' | 'sms')[];
    readonly token: string;
    readonly endsAt: string;
  } | null;
}

export interface FaceCheckReply {
  readonly url: string;
}

export const administratorsReply = z.object({
  administrators: z.array(
    z.object({
      name: z.string(),
      role: z.enum(roles),
      addedAt: instantReply.nullable().describe('`null` for the first owner.'),
      expiresAt: instantReply.nullable(),
    }),
  ),
});
export type AdministratorsReply = z.output<typeof administratorsReply>;

export const addedAdministratorReply = z.object({
  name: z.string(),
  role: z.enum(roles),
  key: z.string().describe('Shown only once.'),
  expiresAt: instantReply.nullable(),
});
export type AddedAdministratorReply = z.output<typeof addedAdministratorReply>;
