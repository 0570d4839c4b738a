import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import type { Adapter } from '../adapter.js';
import { createOpenStepUpRequest } from './caller.js';
import { createCognitoProfile } from './profile.js';
import type { CognitoConnection } from './schema.js';

/** What a Cognito adapter is made of. */
export interface CognitoDeps {
  /** As `cognitoConnectionGuard` returns it. */
  readonly settings: CognitoConnection;
  readonly core: CoreDeps;
  readonly fetch: Fetch;
}

/**
 * Makes the adapter of one user pool: the profile attribute, and the step-ups that its triggers ask for. Cognito calls
 * no address of this service: its hooks are the Lambda functions of `triggers/index.ts`. Nothing is sent yet.
 */
export function createCognitoAdapter({ settings, core, fetch }: CognitoDeps): Adapter {
  const { id, kind, cognito } = settings;
  const { userPoolId, clientIds, triggers } = cognito;
  return {
    kind,
    profile: createCognitoProfile(cognito, { fetch, log: core.log }),
    hooks: {},
    openStepUpRequest: createOpenStepUpRequest(
      { userPoolId, clientIds, connection: id, issuer: core.issuer, requestSecret: triggers.requestSecret },
      { clock: core.clock },
    ),
  };
}
