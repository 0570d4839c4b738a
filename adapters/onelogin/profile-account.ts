import { z } from 'zod';
import { toWholeName } from '../../src/connections/search.js';
import { toPhoneNumber } from '../../src/core/phone-number.js';
import type { Account, NamedAccount } from '../../src/core/ports.js';

export const idGuard = z.union([z.number(), z.string()]).transform(String);

export const accountGuard = z.object({
  id: idGuard,
  username: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  firstname: z.string().nullish(),
  lastname: z.string().nullish(),
});

export type FoundUser = z.output<typeof accountGuard>;

export const toAccount = ({ id, username, email, phone }: FoundUser): Account => ({
  subject: id,
  login: username || email || '',
  email: email || null,
  phone: toPhoneNumber(phone),
});

export const toNamedAccount = (user: FoundUser): NamedAccount => ({
  ...toAccount(user),
  name: toWholeName(user.firstname ?? '', user.lastname ?? ''),
});
