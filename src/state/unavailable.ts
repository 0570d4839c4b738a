import { FaceError } from '../errors.js';

/** Whatever goes wrong between this server and its store is one code. @throws FaceError `state_unavailable` */
export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FaceError) throw cause;
    throw new FaceError('state_unavailable', null, { cause });
  }
}
