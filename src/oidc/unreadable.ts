import type { Log } from '../core/ports.js';
import { FaceError } from '../errors.js';

export async function unlessUnreadable<Told>(
  what: string,
  read: () => Promise<Told>,
  { connection, log }: { readonly connection: string; readonly log: Log },
): Promise<Told | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FaceError) || error.code !== 'profile_unavailable') throw error;
    const { code, detail } = error;
    log.warn(`${what} could not be read`, { connection, code, detail });
    return null;
  }
}
