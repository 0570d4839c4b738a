import type { z } from 'zod';
import type { ConnectionAdditions } from '../config/additions.js';
import type { ConnectionConfig, ConnectionGuard, ConnectionGuards } from '../config/connection.js';
import type { StepUpRequest } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { AccountRecovery, Profile } from '../core/ports.js';
import type { TestOutcome } from '../core/test-outcomes.js';
import type { EpochMs } from '../core/units.js';
import type { Contract } from './contract.js';
import type { DecisionsRead } from './decisions-at-provider.js';
import type { ConnectionGuide } from './guide.js';
import type { Hooks, SecretUse } from './hook.js';
import type { HookCalls, UnfinishedReads } from './hook-calls.js';
import type { ModeAtProvider } from './mode-at-provider.js';
import type { OidcClient, OidcClientDeps } from './openid-client.js';
import type { Provisioning } from './provisioning.js';

export interface AdapterDeps<Settings> extends Ports<'clock' | 'random' | 'fetch' | 'log'> {
  readonly settings: Settings;
  readonly publicUrl: string;
  /** Called after each hook call that the provider authenticated with a secret. Absent in commands. */
  readonly onSecretUsed?: ((use: SecretUse) => void) | undefined;
  /** True if the groups that people are in must be readable. */
  readonly readsGroups?: boolean;
}

export interface Adapter {
  readonly kind: string;
  /** Absent if there is no tenant to accept. */
  readonly contract?: Contract;
  readonly profile: Profile;
  /** Only of test people: how the check of each ends. `null` for an unknown one. */
  readonly testOutcomeOf?: (subject: string) => TestOutcome | null;
  readonly hooks: Hooks;
  /** Absent if the provider has no credential for the end of a recovery. */
  readonly accountRecovery?: AccountRecovery | undefined;
  /**
   * Verifies a signed step-up request. Absent if this provider signs none.
   * @throws FaceError `caller_untrusted`
   */
  readonly openStepUpRequest?: (request: string) => Promise<StepUpRequest>;
  /** Absent if the provider has no kinds of clients of its own. */
  createOidcClients?(deps: OidcClientDeps): readonly OidcClient[];
  createProvisioning(): Promise<Provisioning>;
  /** Reads which hooks of the configuration the provider calls. Absent if it calls none. Never rejects. */
  readHookCalls?(unfinished?: UnfinishedReads): Promise<HookCalls>;
  /** Reads the mode that is active at the provider. Absent if this server decides sign-ins. Never rejects. */
  readModeInForce?(): Promise<ModeAtProvider>;
  /** Reads decisions that the provider logged, for an hour from a time on. Absent like the former. Never rejects. */
  readDecisions?(since: EpochMs): Promise<DecisionsRead>;
  /**
   * Renders functions for the provider, by name. `compose` is the source of an existing function that the rendered
   * function must also run, or `null`. Throws `config_invalid` if the two cannot be composed.
   */
  readonly artefacts?: Readonly<Record<string, (compose: string | null) => Promise<string>>>;
}

export interface Provider<Guard extends ConnectionGuard = ConnectionGuard> {
  readonly kind: string;
  readonly guide: ConnectionGuide;
  createGuard(added: ConnectionAdditions): Guard;
  createAdapter(settings: ConnectionConfig, deps: Omit<AdapterDeps<unknown>, 'settings'>): Promise<Adapter> | null;
}

export type Providers = readonly [Provider, ...Provider[]];

export const guardsOf = ([first, ...others]: Providers, added: ConnectionAdditions): ConnectionGuards => [
  first.createGuard(added),
  ...others.map(({ createGuard }) => createGuard(added)),
];

/**
 * Converts a row of the table of providers. The compiler rejects a row whose guard and factory have different settings.
 * @param load - loads the adapter on first use, because a provider's SDK costs seconds and memory
 */
export function toProvider<const Guard extends ConnectionGuard>(
  createGuard: (added: ConnectionAdditions) => Guard,
  guide: ConnectionGuide,
  load: () => Promise<(deps: AdapterDeps<z.output<Guard>>) => Adapter>,
): Provider<Guard> {
  const { kind } = createGuard([]).shape;
  // The guard of the connection's kind has already parsed the entry.
  const isOwn = (settings: ConnectionConfig): settings is z.output<Guard> => settings.kind === kind.value;
  return {
    kind: kind.value,
    guide,
    createGuard,
    createAdapter: (settings, deps) =>
      isOwn(settings) ? load().then((createAdapter) => createAdapter({ ...deps, settings })) : null,
  };
}
