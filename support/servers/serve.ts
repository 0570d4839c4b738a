import { serve } from '../../simulators/serve.js';
import { endAfterwards } from '../run/for-file.js';

/** Starts a server that stops after the test or file that started it. */
export async function serveForTest(...given: Parameters<typeof serve>): ReturnType<typeof serve> {
  const served = await serve(...given);
  return { ...served, close: endAfterwards(served.close) };
}
