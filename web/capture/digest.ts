import { toBase64url } from './base64url.js';

/** Returns the SHA-256 of a file, in base64url. */
export const digestOf = async (picture: Blob): Promise<string> =>
  toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', await picture.arrayBuffer())));
