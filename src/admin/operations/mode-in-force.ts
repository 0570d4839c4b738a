import { issuerOf } from '../../config/schema.js';
import type { HookCalls } from '../../connections/hook-calls.js';
import { type ModeAtProvider, toUnknownMode } from '../../connections/mode-at-provider.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, toIso } from '../../core/units.js';
import { toCode } from '../../errors.js';
import type { OperationsPorts } from './operations-context.js';

/** Cache time of readings, which limits the calls that the console causes. */
const heldSec = 10;

export interface AtProvider {
  /** Mode that is active at the provider. `null` if this server decides sign-ins. */
  readonly mode: ModeAtProvider | null;
  /** Hooks that the provider calls. `null` if it calls none of this server. */
  readonly hookCalls: HookCalls | null;
}

/** Reads what is active at the provider of a connection. */
export async function readAtProvider(
  { id, createAdapter }: Pick<ConfiguredConnection, 'id' | 'createAdapter'>,
  { config }: Setup,
  { clock, log }: Ports<'clock' | 'log'>,
): Promise<AtProvider> {
  try {
    const adapter = await createAdapter(issuerOf(config));
    const [mode = null, hookCalls = null] = await Promise.all([adapter.readModeInForce?.(), adapter.readHookCalls?.()]);
    return { mode, hookCalls };
  } catch (error) {
    const code = toCode(error);
    log.warn('cannot read what is active at the provider', { connection: id, code });
    return { mode: toUnknownMode('provider', `it cannot be read (${code})`, toIso(clock.now())), hookCalls: null };
  }
}

/** Creates a function that reads what is active at the provider of a connection, and holds it for some seconds. */
export function createProviderReader(
  deps: OperationsPorts<'clock' | 'log' | 'setup'>,
): (id: string) => Promise<AtProvider> {
  const held = new Map<string, { readonly until: EpochMs; readonly reading: Promise<AtProvider> }>();
  return async (id) => {
    const now = deps.clock.now();
    const known = held.get(id);
    if (known !== undefined && now < known.until) return known.reading;
    const setup = deps.setup();
    const connection = setup.connections.find((each) => each.id === id);
    if (connection === undefined) return { mode: null, hookCalls: null };
    const reading = readAtProvider(connection, setup, deps);
    held.set(id, { until: addSec(now, heldSec), reading });
    return reading;
  };
}
