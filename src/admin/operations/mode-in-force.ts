import { issuerOf } from '../../config/schema.js';
import { type ModeAtProvider, toUnknownMode } from '../../connections/mode-at-provider.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, toIso } from '../../core/units.js';
import { toCode } from '../../errors.js';
import type { OperationsPorts } from './operations-context.js';

/** Cache time of readings, which limits the calls that the console causes. */
const heldSec = 10;

/** Reads the mode that is active at the provider. @returns `null` if this server decides sign-ins */
export async function readModeAt(
  { id, createAdapter }: Pick<ConfiguredConnection, 'id' | 'createAdapter'>,
  { config }: Setup,
  { clock, log }: Ports<'clock' | 'log'>,
): Promise<ModeAtProvider | null> {
  try {
    const adapter = await createAdapter(issuerOf(config));
    return (await adapter.readModeInForce?.()) ?? null;
  } catch (error) {
    const code = toCode(error);
    log.warn('cannot read the mode at the provider', { connection: id, code });
    return toUnknownMode('provider', `it cannot be read (${code})`, toIso(clock.now()));
  }
}

/** Creates a function that reads the mode at the provider of a connection, or returns a reading of the last seconds. */
export function createModeReader(
  deps: OperationsPorts<'clock' | 'log' | 'setup'>,
): (id: string) => Promise<ModeAtProvider | null> {
  const held = new Map<string, { readonly until: EpochMs; readonly reading: Promise<ModeAtProvider | null> }>();
  return async (id) => {
    const now = deps.clock.now();
    const known = held.get(id);
    if (known !== undefined && now < known.until) return known.reading;
    const setup = deps.setup();
    const connection = setup.connections.find((each) => each.id === id);
    if (connection === undefined) return null;
    const reading = readModeAt(connection, setup, deps);
    held.set(id, { until: addSec(now, heldSec), reading });
    return reading;
  };
}
