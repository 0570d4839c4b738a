import { z } from 'zod';
import { toWholeName } from '../../src/connections/search.js';
import { toPhoneNumber } from '../../src/core/phone-number.js';
import type { Account, NamedAccount } from '../../src/core/ports.js';

export const accountGuard = z.object({
  id: z.string(),
  profile: z.object({
    login: z.string().min(1),
    email: z.string().nullish(),
    mobilePhone: z.string().nullish(),
    firstName: z.string().nullish(),
    lastName: z.string().nullish(),
    displayName: z.string().nullish(),
  }),
});

export const toAccount = ({ id, profile: { login, email, mobilePhone } }: z.output<typeof accountGuard>): Account => ({
  subject: id,
  login,
  email: email || null,
  phone: toPhoneNumber(mobilePhone),
});

export const toNamedAccount = (user: z.output<typeof accountGuard>): NamedAccount => {
  const { displayName, firstName, lastName } = user.profile;
  return { ...toAccount(user), name: displayName || toWholeName(firstName ?? '', lastName ?? '') };
};
