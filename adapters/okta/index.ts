import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import type { Adapter } from '../adapter.js';
import { createVerifyCaller } from './caller.js';
import { DECISION_TIMEOUT_MS, type FlowDeps, handleRegistrationHook, handleSamlHook, handleTokenHook } from './flow.js';
import { ANSWER_TIMEOUT_MS, createRevoke, handleEventHook } from './flow-events.js';
import { createVerifyPassword, handlePasswordImportHook } from './flow-password.js';
import { createOktaProfile } from './profile.js';
import {
  passEvents,
  passRegistration,
  passSaml,
  passToken,
  toEventHookRefusal,
  toPasswordImportHookRefusal,
  toRegistrationHookRefusal,
  toSamlHookRefusal,
  toTokenHookRefusal,
  unverifiedPassword,
} from './reply.js';
import type { OktaConnection } from './schema-connection.js';

/** What an Okta adapter is made of. */
export interface OktaDeps {
  /** As `oktaConnectionGuard` returns it. */
  readonly settings: OktaConnection;
  readonly core: CoreDeps;
  readonly fetch: Fetch;
}

/** Makes the adapter of one Okta org: its hooks, and the profile attribute. Nothing is sent yet. */
export function createOktaAdapter({ settings, core, fetch }: OktaDeps): Adapter {
  const { id, kind, policy, okta } = settings;
  const profile = createOktaProfile(okta, { fetch, log: core.log });
  const flow: FlowDeps = {
    connection: { id, kind, policy, profile, openStepUpRequest: null },
    verifyCaller: createVerifyCaller(okta.hooks, { fetch, clock: core.clock }),
    receiptField: okta.registration.receiptField,
    core,
  };
  const verifyPassword =
    okta.passwordImport === undefined
      ? null
      : createVerifyPassword(okta.passwordImport.verifier, { fetch, log: core.log });
  const revoke = createRevoke(flow);
  return {
    kind,
    profile,
    hooks: {
      token: {
        budgetMs: DECISION_TIMEOUT_MS,
        handle: (request) => handleTokenHook(request, flow),
        refuse: toTokenHookRefusal,
        pass: passToken,
      },
      registration: {
        budgetMs: DECISION_TIMEOUT_MS,
        handle: (request) => handleRegistrationHook(request, flow),
        refuse: toRegistrationHookRefusal,
        pass: passRegistration,
      },
      saml: {
        budgetMs: DECISION_TIMEOUT_MS,
        handle: (request) => handleSamlHook(request, flow),
        refuse: toSamlHookRefusal,
        pass: passSaml,
      },
      'password-import': {
        budgetMs: DECISION_TIMEOUT_MS,
        handle: (request) => handlePasswordImportHook(request, { ...flow, verifyPassword }),
        refuse: toPasswordImportHookRefusal,
        // Without this service nobody vouches for a password.
        pass: unverifiedPassword,
      },
      events: {
        methods: ['GET', 'POST'],
        budgetMs: ANSWER_TIMEOUT_MS,
        handle: (request) => handleEventHook(request, { ...flow, revoke }),
        refuse: toEventHookRefusal,
        pass: passEvents,
      },
    },
    openStepUpRequest: null,
  };
}
