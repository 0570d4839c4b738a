import { FaceError } from '../../errors.js';

export async function orUnavailable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FaceError) throw cause;
    throw new FaceError('state_unavailable', null, { cause });
  }
}
