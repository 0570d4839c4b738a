import { z } from 'zod';
import { roles } from '../rights.js';
import { instantReply } from './instant.js';

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
