import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import type { Adapter, Answer, Hook } from '../adapter.js';
import { createVerifyCaller } from './caller.js';
import { DECISION_TIMEOUT_MS, type FlowDeps, handleRegistrationHook, handleSamlHook, handleTokenHook } from './flow.js';
import { ANSWER_TIMEOUT_MS, createRevoke, handleEventHook, handleEventHookVerification } from './flow-events.js';
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
    receiptField: okta.registration.receiptField,
    core,
  };
  const verifyPassword =
    okta.passwordImport === undefined
      ? null
      : createVerifyPassword(okta.passwordImport.verifier, { fetch, log: core.log });
  const revoke = createRevoke(flow);
  const verifyCaller = createVerifyCaller(okta.hooks, { fetch, clock: core.clock });
  const admitVerified =
    (answer: Answer): Hook['admit'] =>
    async ({ headers }) => {
      await verifyCaller(headers);
      return answer;
    };
  const admitEvents = admitVerified((body) => handleEventHook(body, { ...flow, revoke }));
  return {
    kind,
    profile,
    hooks: {
      token: {
        budgetMs: DECISION_TIMEOUT_MS,
        proof: 'headers',
        admit: admitVerified((body) => handleTokenHook(body, flow)),
        refuse: toTokenHookRefusal,
        pass: passToken,
      },
      registration: {
        budgetMs: DECISION_TIMEOUT_MS,
        proof: 'headers',
        admit: admitVerified((body) => handleRegistrationHook(body, flow)),
        refuse: toRegistrationHookRefusal,
        pass: passRegistration,
      },
      saml: {
        budgetMs: DECISION_TIMEOUT_MS,
        proof: 'headers',
        admit: admitVerified((body) => handleSamlHook(body, flow)),
        refuse: toSamlHookRefusal,
        pass: passSaml,
      },
      'password-import': {
        budgetMs: DECISION_TIMEOUT_MS,
        proof: 'headers',
        admit: admitVerified((body) => handlePasswordImportHook(body, { ...flow, verifyPassword })),
        refuse: toPasswordImportHookRefusal,
        // Without this service nobody vouches for a password.
        pass: unverifiedPassword,
      },
      events: {
        methods: ['GET', 'POST'],
        budgetMs: ANSWER_TIMEOUT_MS,
        proof: 'headers',
        async admit(head) {
          if (head.method !== 'GET') return admitEvents(head);
          const verification = handleEventHookVerification(head.headers);
          return async () => verification;
        },
        refuse: toEventHookRefusal,
        pass: passEvents,
      },
    },
    openStepUpRequest: null,
  };
}
