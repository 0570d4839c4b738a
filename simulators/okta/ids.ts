import { randomBytes } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Creates an id in Okta's format: a prefix (`00u` for users), then letters and digits up to 20 characters. */
export const newId = (prefix: string, length = 20): string =>
  prefix + Array.from(randomBytes(length - prefix.length), (byte) => letters[byte % letters.length]).join('');
