import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import type { Adapter } from '../adapter.js';
import { createVerifyCaller } from './caller.js';
import { type FlowDeps, handleRegistrationHook, handleTokenHook } from './flow.js';
import { createOktaProfile, type OktaProfile } from './profile.js';
import { passRegistration, passToken, toRegistrationHookRefusal, toTokenHookRefusal } from './reply.js';
import type { OktaConnection } from './schema.js';

/** What an Okta adapter is made of. */
export interface OktaDeps {
  /** As `oktaConnectionGuard` returns it. */
  readonly settings: OktaConnection;
  readonly core: CoreDeps;
  readonly fetch: Fetch;
}

/** The adapter of one Okta org. */
export interface OktaAdapter extends Adapter {
  readonly profile: OktaProfile;
}

/** Makes the adapter of one Okta org: hooks `token` and `registration`, and the profile attribute. Nothing is sent yet. */
export function createOktaAdapter({ settings, core, fetch }: OktaDeps): OktaAdapter {
  const { id, kind, policy, okta } = settings;
  const profile = createOktaProfile(okta, { fetch, log: core.log });
  const flow: FlowDeps = {
    connection: { id, kind, policy, profile, openStepUpRequest: null },
    verifyCaller: createVerifyCaller(okta.hooks, { fetch, clock: core.clock }),
    core,
  };
  return {
    kind,
    profile,
    hooks: {
      token: { handle: (request) => handleTokenHook(request, flow), refuse: toTokenHookRefusal, pass: passToken },
      registration: {
        handle: (request) => handleRegistrationHook(request, flow),
        refuse: toRegistrationHookRefusal,
        pass: passRegistration,
      },
    },
    openStepUpRequest: null,
  };
}
