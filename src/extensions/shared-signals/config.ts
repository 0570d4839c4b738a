import { z } from 'zod';
import type { ConnectionAddition } from '../../config/additions.js';
import { headerCredentialGuard } from '../../config/credential.js';
import { safeUrlGuard } from '../../config/safe-url.js';

const transmitterGuard = z.strictObject({
  issuer: safeUrlGuard.describe('Issuer of the transmitter, as in `iss` of its events and of users.'),
  audience: z.string().min(1).max(512).describe('Audience of the events, as the transmitter writes it in `aud`.'),
  jwksUri: safeUrlGuard
    .nullable()
    .default(null)
    .describe('Address of the transmitter’s public keys. `null`: as its metadata says.'),
  token: headerCredentialGuard
    .nullable()
    .default(null)
    .describe('Secret. The transmitter must send it as `Authorization: Bearer`. `null`: none.'),
});

export type TransmitterConfig = Readonly<z.output<typeof transmitterGuard>>;

const signalsGuard = z
  .array(transmitterGuard)
  .max(10)
  .default([])
  .describe('Systems that send security events about users of this connection. See docs/signals.md.');

declare module '../../config/additions.js' {
  interface ConnectionSections {
    readonly signals: readonly TransmitterConfig[];
  }
}

export const signalsAddition = { sections: { signals: signalsGuard } } as const satisfies ConnectionAddition;
