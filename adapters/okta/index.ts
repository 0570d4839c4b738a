import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import { type AdmitCall, type Answer, createNoteSecretUse, type Hook } from '../../src/connections/hook.js';
import { createProbe, createVerifyCaller } from './caller.js';
import type { OktaConnection } from './config.js';
import {
  createVerifyPassword,
  type FlowDeps,
  handlePasswordImportHook,
  handleRegistrationHook,
  handleSamlHook,
  handleTokenHook,
} from './flow.js';
import { ANSWER_TIMEOUT_MS, createRevoke, handleEventHook, handleEventHookVerification } from './flow-events.js';
import { createOktaClients } from './oidc.js';
import { createOktaProfile } from './profile.js';
import { createOktaRecovery } from './recovery.js';
import {
  allowSaml,
  passEvents,
  passRegistration,
  passToken,
  toEventHookRefusal,
  toPasswordImportHookRefusal,
  toRegistrationHookRefusal,
  toSamlHookRefusal,
  toTokenHookRefusal,
  unverifiedPassword,
} from './reply.js';
import { faceClaim } from './schema.js';

/** Time limit of a decision, in milliseconds. */
const DECISION_TIMEOUT_MS = 1_500;

const signIn = { application: true, address: true, isAfterFirstFactor: true };

export function createOktaAdapter(deps: AdapterDeps<OktaConnection>): Adapter {
  const { settings, clock, fetch, log, onSecretUsed } = deps;
  const { id, kind, okta } = settings;
  const { registration: receipt, ruleInClaim } = okta;
  const verifyPassword =
    okta.passwordImport === undefined ? null : createVerifyPassword(okta.passwordImport.verifier, { fetch, log });
  const verifyCaller = createVerifyCaller(okta.hooks, { fetch, clock });
  const noteUse = createNoteSecretUse({ connection: id, clock, log, onSecretUsed });
  const probe = createProbe(okta.hooks);
  const admitVerified =
    (hook: string, answer: Answer): AdmitCall =>
    async ({ headers }) => {
      const { secret } = await verifyCaller(headers);
      if (secret !== null) noteUse(hook, secret);
      return answer;
    };
  const decisionHook = (
    name: string,
    handle: (body: Uint8Array, deps: FlowDeps) => ReturnType<Answer>,
    parts: Pick<Hook, 'refuse' | 'pass' | 'sees'>,
  ): Hook => ({
    ...parts,
    budgetMs: DECISION_TIMEOUT_MS,
    proof: 'headers',
    probe,
    serve: (core) => admitVerified(name, (body) => handle(body, { receipt, ruleInClaim, core })),
  });
  return {
    kind,
    contract: { signInHook: 'token', eventHook: 'events', claim: { name: faceClaim, says: 'verified' } },
    profile: createOktaProfile(settings, { fetch, log }),
    hooks: {
      token: decisionHook('token', handleTokenHook, { refuse: toTokenHookRefusal, pass: passToken, sees: signIn }),
      registration: decisionHook('registration', handleRegistrationHook, {
        refuse: toRegistrationHookRefusal(receipt.receiptField),
        pass: passRegistration,
        // Only updates of a profile are decided by a face check. A registration needs a receipt.
        sees: { application: false, address: true, isAfterFirstFactor: true },
      }),
      saml: decisionHook('saml', handleSamlHook, { refuse: toSamlHookRefusal, pass: allowSaml, sees: signIn }),
      'password-import': decisionHook(
        'password-import',
        (body, deps) => handlePasswordImportHook(body, { ...deps, verifyPassword }),
        // If this service is unavailable, no password is confirmed.
        {
          refuse: toPasswordImportHookRefusal,
          pass: unverifiedPassword,
          sees: { application: false, address: false, isAfterFirstFactor: false },
        },
      ),
      events: {
        methods: ['GET', 'POST'],
        budgetMs: ANSWER_TIMEOUT_MS,
        proof: 'headers',
        probe,
        sees: null,
        serve(core) {
          const revoke = createRevoke({ connection: id, core, clock, log });
          const admitEvents = admitVerified('events', (body) => handleEventHook(body, { connection: id, log, revoke }));
          return async (head) => {
            if (head.method !== 'GET') return admitEvents(head);
            const verification = handleEventHookVerification(head.headers);
            return async () => verification;
          };
        },
        refuse: toEventHookRefusal,
        pass: passEvents,
      },
    },
    accountRecovery: createOktaRecovery(okta, fetch),
    createOidcClients: (oidcDeps) => createOktaClients(settings.oidc, oidcDeps),
    readHookCalls: async (unfinished) => (await import('./hook-calls.js')).readOktaHookCalls(deps, unfinished),
    createProvisioning: async () => (await import('./provision.js')).createOktaProvisioning(deps),
  };
}
