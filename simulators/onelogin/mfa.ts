import { randomInt } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import type { Account } from './account.js';
import { ApiError, findIn, unprocessable } from './errors.js';

const tokenGuard = z.object({
  // The documented sample has a text.
  expires_in: z.coerce.number().int().min(120).max(259_200).default(259_200),
  reusable: z.boolean().default(false),
});

/** @see https://developers.onelogin.com/api-docs/2/multi-factor-authentication/generate-mfa-token */
export function createMfaApi(account: Account): Router {
  const router = Router();
  router.post('/users/:id/mfa_token', (request, response) => {
    if (!account.mayManageUsers) throw new ApiError(403, 'ForbiddenError', 'Insufficient Permission');
    const { id } = findIn(account.users, Number(request.params.id));
    const asked = tokenGuard.safeParse(request.body);
    if (!asked.success) throw unprocessable('Validations failed');
    const { expires_in, reusable } = asked.data;
    const value = String(randomInt(10_000_000, 100_000_000));
    const expiresAt = account.now() + expires_in * 1000;
    account.mfaTokens.set(id, { value, expiresAt, reusable });
    response.json({
      mfa_token: value,
      expires_at: new Date(expiresAt).toISOString(),
      reusable,
      device_id: `user_temp_otp_${id}`,
    });
  });
  return router;
}

/** Uses a token in place of a factor. A token that is not reusable ends. */
export function useMfaToken(account: Account, userId: number, value: string): boolean {
  const token = account.mfaTokens.get(userId);
  if (token === undefined || token.value !== value || account.now() >= token.expiresAt) return false;
  if (!token.reusable) account.mfaTokens.delete(userId);
  return true;
}
