import { issuerOf } from '../../config/schema.js';
import type { HookCalls, UnfinishedReads } from '../../connections/hook-calls.js';
import { type ModeAtProvider, toUnknownMode } from '../../connections/mode-at-provider.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, epochMs, toIso } from '../../core/units.js';
import { toCode } from '../../errors.js';
import type { OperationsPorts } from './operations-context.js';

/** Cache time of readings, which limits the calls that the console causes. */
const heldSec = 60;

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
  unfinished?: UnfinishedReads,
): Promise<AtProvider> {
  try {
    const adapter = await createAdapter(issuerOf(config));
    const [mode = null, hookCalls = null] = await Promise.all([
      adapter.readModeInForce?.(),
      adapter.readHookCalls?.(unfinished),
    ]);
    return { mode, hookCalls };
  } catch (error) {
    const code = toCode(error);
    log.warn('cannot read what is active at the provider', { connection: id, code });
    return { mode: toUnknownMode('provider', `it cannot be read (${code})`, toIso(clock.now())), hookCalls: null };
  }
}

interface Held {
  begunAt: EpochMs;
  readonly connection: ConfiguredConnection;
  readonly unfinished: UnfinishedReads;
  /** End of the hold. `null` until the reading has ended. */
  until: EpochMs | null;
  /** `null` before the first reading, and after one that was late. */
  reading: Promise<AtProvider> | null;
}

/**
 * Creates a function that reads what is active at the provider of a connection, and holds it for a minute, unless the
 * connection is set up or checked meanwhile.
 * @param readChangedAt - returns when the connection was last set up or checked
 */
export function createProviderReader(
  deps: OperationsPorts<'clock' | 'log' | 'setup'>,
  readChangedAt: (id: string) => Promise<EpochMs>,
): (id: string) => Promise<AtProvider> {
  const all = new Map<string, Held>();
  const read = (held: Held, setup: Setup): Promise<AtProvider> => {
    const { connection, unfinished } = held;
    held.begunAt = deps.clock.now();
    const until = addSec(held.begunAt, heldSec);
    const reading = readAtProvider(connection, setup, deps, unfinished).finally(() => {
      // A reading that is late at some hook is not held, so that the next caller gets its result.
      if (unfinished.size === 0) held.until = until;
      else held.reading = null;
    });
    held.until = null;
    held.reading = reading;
    return reading;
  };
  return async (id) => {
    const setup = deps.setup();
    const connection = setup.connections.find((each) => each.id === id);
    if (connection === undefined) return { mode: null, hookCalls: null };
    // If the store does not answer, the reading is held as usual.
    const changedAt = await readChangedAt(id).catch(() => epochMs(0));
    const known = all.get(id);
    // A new configuration is read at once.
    if (known?.connection !== connection) {
      const held = { begunAt: epochMs(0), connection, unfinished: new Map(), until: null, reading: null };
      all.set(id, held);
      return read(held, setup);
    }
    const { reading, until, begunAt } = known;
    const isHeld = until === null || (deps.clock.now() < until && begunAt >= changedAt);
    return reading !== null && isHeld ? reading : read(known, setup);
  };
}
