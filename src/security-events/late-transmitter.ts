import { FaceError, toCode } from '../errors.js';
import { startTransmitter, type Transmitter, type TransmitterDeps } from './transmitter.js';

const retryMs = 1000;

/** Starts the transmitter. If the state store does not answer yet, the start is retried in the background. */
export async function startTransmitterInTime(deps: TransmitterDeps): Promise<Transmitter> {
  try {
    return await startTransmitter(deps);
  } catch (error) {
    if (toCode(error) !== 'state_unavailable' || (await isAnswering(deps))) throw error;
    return startLater(deps);
  }
}

const isAnswering = ({ readStreams }: TransmitterDeps): Promise<boolean> =>
  readStreams().then(
    () => true,
    () => false,
  );

function startLater(deps: TransmitterDeps): Transmitter {
  const { sleep, log } = deps;
  const closing = new AbortController();
  let started: Transmitter | null = null;
  const start = async (): Promise<void> => {
    while (started === null && !closing.signal.aborted) {
      await sleep(retryMs, closing.signal);
      if (closing.signal.aborted) return;
      started = await startTransmitter(deps).catch((error: unknown) => {
        log.error('security events not yet delivered', { code: toCode(error) });
        return null;
      });
    }
  };
  const starting = start();
  const now = (): Transmitter => {
    if (started === null) throw new FaceError('state_unavailable');
    return started;
  };
  return {
    refresh: async () => now().refresh(),
    verify: async (stream, state) => now().verify(stream, state),
    async close() {
      closing.abort();
      await starting;
      await started?.close();
    },
  };
}
