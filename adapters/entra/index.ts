import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import type { Adapter, Hook, Hooks, RawReply } from '../adapter.js';
import { createVerifyCaller } from './caller.js';
import {
  DECISION_TIMEOUT_MS,
  type FlowDeps,
  handleAttributeCollectionStart,
  handleAttributeCollectionSubmit,
  handleTokenIssuanceStart,
  type VerifiedCall,
} from './flow.js';
import { createEntraProfile } from './profile.js';
import {
  continueSignUp,
  createAttributeCollectionSubmitRefusal,
  createTokenIssuanceRefusal,
  notVerified,
  toAttributeCollectionStartRefusal,
  toReceiptTakenReply,
} from './reply.js';
import type { EntraConnection } from './schema-connection.js';

/** What an Entra adapter is made of. */
export interface EntraDeps {
  /** As `entraConnectionGuard` returns it. */
  readonly settings: EntraConnection;
  readonly core: CoreDeps;
  readonly fetch: Fetch;
}

/** Makes what admits calls to a hook: those of Entra alone. */
type AdmitVerified = (handle: (call: VerifiedCall) => Promise<RawReply>) => Hook['admit'];

/**
 * Makes the adapter of one Entra tenant: hook `token-issuance-start`, for sign-ups `attribute-collection-start` and
 * `attribute-collection-submit`, and the directory extension. Nothing is sent yet.
 */
export function createEntraAdapter({ settings, core, fetch }: EntraDeps): Adapter {
  const { id, kind, policy, entra } = settings;
  const profile = createEntraProfile(entra, { fetch, log: core.log });
  const flow: FlowDeps = {
    connection: { id, kind, policy, profile, openStepUpRequest: null },
    homeTenantId: entra.tenantId,
    core,
  };
  const verifyCaller = createVerifyCaller(entra, { host: new URL(core.issuer).hostname, fetch, clock: core.clock });
  const admitVerified: AdmitVerified =
    (handle) =>
    async ({ headers }) => {
      const caller = await verifyCaller(headers);
      return (body) => handle({ caller, body });
    };
  const { signUp } = entra.hooks;
  return {
    kind,
    profile,
    hooks: {
      'token-issuance-start': {
        budgetMs: DECISION_TIMEOUT_MS,
        proof: 'headers',
        admit: admitVerified((call) => handleTokenIssuanceStart(call, flow)),
        refuse: createTokenIssuanceRefusal(policy),
        pass: notVerified,
      },
      ...(signUp === undefined ? {} : createSignUpHooks(signUp, flow, admitVerified)),
    },
    openStepUpRequest: null,
  };
}

const createSignUpHooks = (
  { receiptAttribute }: { readonly receiptAttribute?: string | undefined },
  flow: FlowDeps,
  admitVerified: AdmitVerified,
): Hooks => ({
  'attribute-collection-start': {
    budgetMs: DECISION_TIMEOUT_MS,
    proof: 'headers',
    admit: admitVerified((call) => handleAttributeCollectionStart(call, flow)),
    refuse: toAttributeCollectionStartRefusal,
    pass: continueSignUp,
  },
  ...(receiptAttribute === undefined
    ? {}
    : {
        'attribute-collection-submit': {
          budgetMs: DECISION_TIMEOUT_MS,
          proof: 'headers',
          admit: admitVerified((call) => handleAttributeCollectionSubmit(call, flow, { receiptAttribute })),
          refuse: createAttributeCollectionSubmitRefusal(receiptAttribute),
          // Whatever was typed there is not to be stored.
          pass: toReceiptTakenReply(receiptAttribute),
        },
      }),
});
