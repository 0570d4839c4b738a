import type { Adapter, AdapterDeps } from '../../src/connections/adapter.js';
import { createNoteSecretUse, type Hook, type RawReply } from '../../src/connections/hook.js';
import { createLoginClient } from '../../src/connections/login-client.js';
import { createOwnClients, type OidcClient, type OidcClientDeps } from '../../src/connections/openid-client.js';
import { sleep as sleepInFact } from '../../src/core/resilience.js';
import { createCountCall, createProbe, createReadSignature } from './caller.js';
import { createOneLoginApi } from './client.js';
import type { OneLoginConnection, OneLoginSettings } from './config.js';
import { type FlowDeps, handlePreAuthentication, handleUserMigration } from './flow.js';
import { createOneLoginProfile } from './profile.js';
import { createOneLoginRecovery } from './recovery.js';
import { passSignIn, toRefusal, toUnverified } from './reply.js';
import { type SmartHookType, smartHookTypes, type VerifiedCall } from './schema.js';
import { toAskMs } from './smart-hook.js';

const travelMs = 300;

/** Minimum time for a decision, in milliseconds: two reads and two writes of the state store. */
const minBudgetMs = 200;

const toBudgetMs = (hook: SmartHookType, settings: Pick<OneLoginSettings, 'timeoutSec'>): number =>
  Math.max(toAskMs(hook, settings) - travelMs, minBudgetMs);

export function createOneLoginAdapter(deps: AdapterDeps<OneLoginConnection>, sleep = sleepInFact): Adapter {
  const { settings, publicUrl, clock, fetch, log, onSecretUsed } = deps;
  const { id, kind, onelogin } = settings;
  const api = createOneLoginApi(onelogin, { fetch, clock });
  const countCall = createCountCall({ clock });
  const readSignature = createReadSignature(onelogin.hooks, { clock });
  const noteUse = createNoteSecretUse({ connection: id, clock, log, onSecretUsed });
  const probe = createProbe(onelogin.hooks.secret, { clock });
  const toHook = (type: SmartHookType, handle: (call: VerifiedCall, deps: FlowDeps) => Promise<RawReply>): Hook => ({
    budgetMs: toBudgetMs(type, onelogin),
    proof: 'body',
    probe,
    // A user migration only names the user.
    sees: {
      application: type === 'pre-authentication',
      address: type === 'pre-authentication',
      isAfterFirstFactor: false,
    },
    serve:
      (core) =>
      async ({ headers }) => {
        const verify = readSignature(headers);
        return async (body) => {
          const { signedAt, byPreviousSecret } = verify(body);
          noteUse(type, byPreviousSecret ? 'previous' : 'current');
          return handle({ signedAt, body }, { settings: onelogin, countCall, core });
        };
      },
    refuse: (code) => toRefusal(code, toUnverified(type, onelogin)),
    pass: passSignIn,
  });
  const toRender = (type: SmartHookType) => async (compose: string | null) =>
    (await import('./smart-hook.js')).renderSmartHook({ type, settings, publicUrl, compose });
  return {
    kind,
    contract: { signInHook: 'pre-authentication', eventHook: null, claim: null },
    profile: createOneLoginProfile(settings, { api, log, sleep }),
    hooks: {
      'pre-authentication': toHook('pre-authentication', handlePreAuthentication),
      'user-migration': toHook('user-migration', handleUserMigration),
    },
    accountRecovery: createOneLoginRecovery(onelogin, { api }),
    createOidcClients: (oidcDeps) => createOneLoginClients(settings.oidc, oidcDeps),
    readHookCalls: async (unfinished) => (await import('./hook-calls.js')).readOneLoginHookCalls(deps, api, unfinished),
    createProvisioning: async () => (await import('./provision.js')).createOneLoginProvisioning(deps),
    artefacts: Object.fromEntries(smartHookTypes.map((type) => [type, toRender(type)])),
  };
}

export const createOneLoginClients = (
  oidc: OneLoginConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, ['onelogin_factor'], (client) =>
    createLoginClient(client, directoryFor, {
      loginClaims: ['preferred_username', 'username'],
      isAfterFactor: true,
      // OneLogin signs only if its administrator has set it up.
      provesRequests: false,
      // The Smart Hook runs before the password. A stored result would let the next sign-in skip the face check.
      feedsHooks: false,
    }),
  );
