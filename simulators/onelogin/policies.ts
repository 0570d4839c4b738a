import { Router } from 'express';
import type { Account } from './account.js';
import { notFound } from './errors.js';

/**
 * Creates the undocumented policies API, which OneLogin's own client uses.
 * @see https://github.com/onelogin/onelogin-mcp
 */
export function createPoliciesApi(account: Account): Router {
  const router = Router();
  router.get('/:id', (request, response) => {
    const policy = account.policies.get(Number(request.params.id));
    if (policy === undefined || !account.hasPoliciesApi) throw notFound();
    const { id, name, factors, otpTriggerCondition, loginFlow } = policy;
    response.json({
      id,
      name,
      kind: 'user',
      is_default: false,
      otp_auth_enabled: factors.length > 0,
      preferred_auth_state_machine: loginFlow,
      otp_config: 2,
      otp_trigger_condition: otpTriggerCondition,
      authentication_factor_ids: factors.map((_, index) => 16_885 + index),
    });
  });
  return router;
}
