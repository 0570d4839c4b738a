import { join } from 'node:path';
import { flows } from '../../src/app/flows.js';
import type { Connection, PhotoPolicy, Policy } from '../../src/core/connection.js';
import type { CoreDeps } from '../../src/core/deps.js';
import type { RequestFlow } from '../../src/step-up/request-flow.js';
import { createLocalKeys } from '../../src/storage/keys/local.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { requireAccountedKeys } from '../data/personal-data.js';
import { standardDeps } from '../data/settings.js';
import { createTestSight, createTestVerifier } from '../fakes/embedded.js';
import { createTestSigner } from '../fakes/keys.js';
import { createManualClock } from '../fakes/manual-clock.js';
import { createMemoryProfile } from '../fakes/simulated-profile.js';
import { createMemoryAudit, createTextLog, systemRandom } from '../fakes/sinks.js';
import { createFolder } from '../run/folder.js';

export const testSignIn = { application: '0oafacestepapp000001', address: '192.0.2.7' } as const;

/** Request of an application that only wants to know whether the person passed. */
export const plainRequest: RequestFlow = {
  kind: 'request',
  receipt: null,
  hookSignIn: null,
  camera: null,
  atKiosk: false,
  isSandbox: false,
  acceptsCopies: false,
};

export const testEvent = { ...testSignIn, isAfterFirstFactor: true, repeatableForSec: 900, budgetMs: 10_000 } as const;

export const defaultPolicy: Policy = {
  mode: 'enforce',
  accuracy: 4,
  scope: 'sign-in',
  freshnessSec: 300,
  sameAddress: true,
  stepUpTimeoutSec: 600,
  enrolmentDays: null,
  liveness: 'off',
  whenNotEnrolled: 'refuse',
  userSecret: 'none',
  camera: 'any',
  handOff: null,
  referencePhoto: false,
  photo: null,
  replaceFace: 'proven',
  organisation: null,
  fallbackUrl: null,
  anotherWay: { email: false, sms: false, recoveryCodes: false, counts: false },
  bypass: { allowed: false, minutes: 15, approvals: 1, takesKeys: true },
  helpRequests: false,
  returnUrls: [],
  notices: false,
  glance: null,
  language: 'en',
  helpDesk: null,
  whenUnverified: 'deny',
  whenUnavailable: 'deny',
  rules: [],
  networks: {},
};

/** Policy of the photo of the organization. Everything else is as by default. */
export const photoPolicy: PhotoPolicy = {
  mode: 'enforce',
  source: 'provider',
  hosts: [],
  privateAddresses: false,
  minAgeDays: null,
  maxAgeDays: null,
  whenForbidden: 'unavailable',
  whenMissing: 'refuse',
  whenUnlike: 'refuse',
};

/** Creates a connection to a directory in memory. `policy` has the differences from the default policy. */
export const createTestConnection = ({
  policy,
  ...given
}: Partial<Omit<Connection, 'policy'>> & { id: string; policy?: Partial<Policy> }): Connection => ({
  kind: 'memory',
  profile: createMemoryProfile(['anna']),
  ...given,
  policy: { ...defaultPolicy, ...policy },
});

/** Creates the real core with a simulated engine and a directory in memory. */
export async function createTestCore(policy: Partial<Policy> = {}) {
  const clock = createManualClock();
  const state = requireAccountedKeys(createSqliteState({ file: ':memory:', clock }));
  const audit = createMemoryAudit();
  const log = createTextLog();
  const keys = await createLocalKeys({ file: join(createFolder('core'), 'keys.json'), random: systemRandom });
  const verifier = createTestVerifier(undefined, keys);
  const profile = createMemoryProfile(['anna', 'berta', 'unenrolled']);
  const connection = createTestConnection({ id: 'work', profile, policy });
  const connections = new Map([[connection.id, connection]]);
  const signer = await createTestSigner();
  const deps: CoreDeps = { clock, state, audit, log, verifier, signer, ...standardDeps };
  return {
    clock,
    state,
    audit,
    log,
    keys,
    verifier,
    profile,
    connection,
    deps: { ...deps, keys, connections, flows, analysisCache: createTestSight() },
  };
}
