import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import type { Hook, Hooks, RawReply } from '../../src/connections/hook.js';
import { sleep as sleepInFact, whileSigningIn } from '../../src/core/resilience.js';
import { createCallerCheck } from './caller.js';
import { createGraphClient } from './client.js';
import type { EntraConnection } from './config.js';
import {
  type FlowDeps,
  handleAttributeCollectionStart,
  handleAttributeCollectionSubmit,
  handleTokenIssuanceStart,
  type VerifiedCall,
} from './flow.js';
import { createEntraClients } from './oidc.js';
import { createEntraProfile } from './profile.js';
import { createEntraRecovery } from './recovery.js';
import {
  claimNames,
  continueSignUp,
  createAttributeCollectionSubmitRefusal,
  createTokenIssuanceRefusal,
  notVerified,
  toAttributeCollectionStartRefusal,
  toReceiptTakenReply,
} from './reply.js';

/** Time limit of a decision, in milliseconds. Entra waits at most 2 s, and verifying the caller may take 0.7 s. */
const DECISION_TIMEOUT_MS = 1_000;

interface HookParts extends Pick<Hook, 'refuse' | 'pass' | 'sees'> {
  handle(call: VerifiedCall, deps: FlowDeps): Promise<RawReply>;
}

export function createEntraAdapter(deps: AdapterDeps<EntraConnection>, sleep = sleepInFact): Adapter {
  const { settings, publicUrl, clock, fetch, log } = deps;
  const { id, kind, policy, oidc, entra } = settings;
  const homeTenantId = entra.tenantId;
  const callerCheck = createCallerCheck(entra, { host: new URL(publicUrl).hostname, fetch, clock });
  const toHook = ({ handle, ...parts }: HookParts): Hook => ({
    ...parts,
    budgetMs: DECISION_TIMEOUT_MS,
    proof: 'headers',
    probe: null,
    serve(core) {
      void callerCheck.fetchAhead();
      return async ({ headers }) => {
        const caller = await callerCheck.verify(headers);
        return (body) => handle({ caller, body }, { homeTenantId, core });
      };
    },
  });
  const { signUp } = entra.hooks;
  const profile = createEntraProfile(settings, { fetch, log, sleep });
  const send = createGraphClient(entra, fetch, { patience: whileSigningIn, sleep });
  return {
    kind,
    contract: {
      signInHook: 'token-issuance-start',
      eventHook: null,
      claim: { name: claimNames.faceVerified, says: 'true' },
    },
    profile,
    hooks: {
      'token-issuance-start': toHook({
        handle: handleTokenIssuanceStart,
        refuse: createTokenIssuanceRefusal(policy),
        pass: notVerified,
        sees: { application: true, address: true, isAfterFirstFactor: true },
      }),
      ...createSignUpHooks(signUp, toHook),
    },
    accountRecovery: createEntraRecovery(entra, { send, readGroups: profile.readGroups }),
    createOidcClients: ({ state }) => createEntraClients(oidc, { connection: id, fetch, clock, state, log }),
    readHookCalls: async (unfinished) =>
      (await import('./hook-calls.js')).readEntraHookCalls(deps, { send, sleep }, unfinished),
    createProvisioning: async () => (await import('./provision.js')).createEntraProvisioning(deps),
  };
}

function createSignUpHooks(
  signUp: { readonly receiptAttribute?: string | undefined } | undefined,
  toHook: (parts: HookParts) => Hook,
): Hooks {
  if (signUp === undefined) return {};
  const { receiptAttribute } = signUp;
  const start = toHook({
    handle: handleAttributeCollectionStart,
    refuse: toAttributeCollectionStartRefusal,
    pass: continueSignUp,
    sees: { application: true, address: true, isAfterFirstFactor: false },
  });
  if (receiptAttribute === undefined) return { 'attribute-collection-start': start };
  const submit = toHook({
    handle: (call, deps) => handleAttributeCollectionSubmit(call, deps, { receiptAttribute }),
    refuse: createAttributeCollectionSubmitRefusal(receiptAttribute),
    // The reply removes the receipt from the form, so that Entra does not store it.
    pass: toReceiptTakenReply(receiptAttribute),
    sees: null,
  });
  return { 'attribute-collection-start': start, 'attribute-collection-submit': submit };
}
