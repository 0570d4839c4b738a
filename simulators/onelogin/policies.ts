import { Router } from 'express';
import type { Account } from './account.js';
import { findIn } from './errors.js';

/**
 * Creates the undocumented policies API, which OneLogin's own client uses.
 * @see https://github.com/onelogin/onelogin-mcp
 */
export function createPoliciesApi(account: Account): Router {
  const router = Router();
  router.get('/:id', (request, response) => {
    const { id, name, factors } = findIn(account.policies, Number(request.params.id));
    response.json({
      id,
      name,
      kind: 'user',
      is_default: false,
      otp_auth_enabled: factors.length > 0,
      preferred_auth_state_machine: 1,
      otp_config: 2,
      otp_trigger_condition: 0,
      authentication_factor_ids: factors.map((_, index) => 16_885 + index),
    });
  });
  return router;
}
