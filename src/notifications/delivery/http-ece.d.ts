declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';

  /** Encrypts for a browser (RFC 8291). @param parameters.pad - bytes of padding */
  export function encrypt(
    plain: Buffer,
    parameters: {
      readonly version: 'aes128gcm';
      /** For this message only. */
      readonly privateKey: ECDH;
      readonly dh: Buffer;
      readonly authSecret: Buffer;
      readonly salt: Buffer;
      readonly pad: number;
    },
  ): Buffer;
}
