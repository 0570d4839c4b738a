import { z } from 'zod';
import { toPhoneNumber } from '../../src/core/phone-number.js';
import type { Account } from '../../src/core/ports.js';

export const accountGuard = z.object({
  id: z.string(),
  profile: z.object({ login: z.string().min(1), email: z.string().nullish(), mobilePhone: z.string().nullish() }),
});

export const toAccount = ({ id, profile: { login, email, mobilePhone } }: z.output<typeof accountGuard>): Account => ({
  subject: id,
  login,
  email: email || null,
  phone: toPhoneNumber(mobilePhone),
});
