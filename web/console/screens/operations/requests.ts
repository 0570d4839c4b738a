import { loadTexts } from '../../../../locales/compiled/console/operations/load.js';
import type {
  BackupReply,
  KeysReply,
  RetiredKeyReply,
  RotatedKeyReply,
  TrailReply,
} from '../../../../src/http/rest/replies/operations.js';
import { get, post } from '../../frame/call.js';
import { defineTexts } from '../../frame/words.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);

export type SealingKey = KeysReply['sealing'][number];
export type RotatingKey = KeysReply['signing'][number];
export type Use = 'sealing' | 'signing' | 'oidc';

export const readKeys = get<KeysReply>('/v1/keys');

export type Rotated = RotatedKeyReply;
export type Retired = RetiredKeyReply;
export const rotateKey = (use: Use) => post<RotatedKeyReply>('/v1/keys/rotate', { use });

/** @param confirm - number of tokens that the administrator agrees to lose, or `undefined` for a dry run */
export const retireVersion = (version: number, confirm?: number) =>
  post<RetiredKeyReply>('/v1/keys/retire', { version, confirm });
export const retireSigningKey = (name: string) => post<RetiredKeyReply>('/v1/keys/retire', { signing: name });

export const readBackup = get<BackupReply>('/v1/backup');

export type Verification = NonNullable<TrailReply['verification']>;
export const readTrail = get<TrailReply>('/v1/audit/verification');
export const verifyTrail = post<TrailReply>('/v1/audit/verify');
