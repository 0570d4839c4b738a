import { randomBytes } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An id as Okta makes them: a prefix for the kind (`00u` is a user), then letters and digits to a length of 20. */
export const newId = (prefix: string, length = 20): string =>
  prefix + Array.from(randomBytes(length - prefix.length), (byte) => letters[byte % letters.length]).join('');
