import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import type { Adapter, Hook, RawReply } from '../adapter.js';
import { createCountAsk, createReadSignature } from './caller.js';
import { createOneLoginApi } from './client.js';
import { type FlowDeps, handlePreAuthentication, handleUserMigration, toBudgetMs, type VerifiedCall } from './flow.js';
import { createOneLoginProfile } from './profile.js';
import { passSignIn, toRefusal, toUnverified } from './reply.js';
import type { OneLoginConnection, SmartHookType } from './schema.js';

/** What a OneLogin adapter is made of. */
export interface OneLoginDeps {
  /** As `oneloginConnectionGuard` returns it. */
  readonly settings: OneLoginConnection;
  readonly core: CoreDeps;
  readonly fetch: Fetch;
}

/**
 * Makes the adapter of one OneLogin account: the decisions its Smart Hooks ask for, and the custom user field. Nothing
 * is sent yet.
 */
export function createOneLoginAdapter({ settings, core, fetch }: OneLoginDeps): Adapter {
  const { id, kind, policy, onelogin } = settings;
  const api = createOneLoginApi(onelogin, { fetch, clock: core.clock });
  const profile = createOneLoginProfile(onelogin, { api, log: core.log });
  const flow: FlowDeps = {
    connection: { id, kind, policy, profile, openStepUpRequest: null },
    settings: onelogin,
    countAsk: createCountAsk(core),
    core,
  };
  const readSignature = createReadSignature(onelogin.hooks.secret, core);
  const toHook = (type: SmartHookType, handle: (call: VerifiedCall, deps: FlowDeps) => Promise<RawReply>): Hook => ({
    budgetMs: toBudgetMs(type, onelogin),
    proof: 'body',
    async admit({ headers }) {
      const verify = readSignature(headers);
      return async (body) => handle({ ...verify(body), body }, flow);
    },
    refuse: (code) => toRefusal(code, toUnverified(type, onelogin)),
    pass: passSignIn,
  });
  return {
    kind,
    profile,
    hooks: {
      'pre-authentication': toHook('pre-authentication', handlePreAuthentication),
      'user-migration': toHook('user-migration', handleUserMigration),
    },
    openStepUpRequest: null,
  };
}
