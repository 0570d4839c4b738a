import { z } from 'zod';
import { countSealed } from '../../audit/ledger/people.js';
import { filesOf } from '../../config/data-files.js';
import { findSealedVersions } from '../../config/sealed-secret.js';
import type { Ports } from '../../core/deps.js';
import { addSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import { openInventory, type RotatingKey } from '../../storage/keys/inventory.js';
import { signingLifeSec } from '../../storage/keys/key-schedule.js';
import {
  type Rotated,
  readMadeTimes,
  retiredSigningText,
  retireSigningKey,
  retireVersion,
  rotateKey,
  sealsSecretsText,
} from '../operations/keys.js';
import type { WithOperations } from '../operations/operations-context.js';
import { keysReply, retiredKeyReply, rotatedKeyReply } from '../replies/operations.js';

const changing = { tag: 'Operations', right: 'operate', isSensitive: true } as const;

export function createKeyEndpoints(deps: Ports<'ledger' | 'clock'> & WithOperations): Endpoint[] {
  const { operations: upkeep } = deps;
  const codes = ['config_invalid', 'key_service_unavailable'] as const;
  const note = (
    action: 'key_rotated' | 'key_destroyed',
    detail: { use: 'sealing' | 'signing' | 'oidc'; name: string; by: string },
  ) => upkeep.audit.append({ action, connection: '', subject: '', detail });
  return [
    adminEndpoint({
      tag: 'Operations',
      method: 'GET',
      path: '/keys',
      right: 'view',
      summary: 'List keys',
      description:
        'Returns no secrets. `tokens` counts the enrolled people of all replicas, from the [log of decisions](../ledger.md).',
      codes,
      reply: keysReply,
      async handle() {
        const { config } = upkeep.setup();
        const files = filesOf(config);
        const inventory = await openInventory(config.keys, { ...upkeep, files });
        const made = await readMadeTimes(files.audit);
        const { byVersion, ofUnknownVersion } = await countSealed(deps);
        const toTurns = (keys: readonly RotatingKey[], lifeSec: number | null) =>
          keys.map((key, at) => {
            const ends = key.signsFrom === null || lifeSec === null ? null : addSec(key.signsFrom, lifeSec);
            return { ...key, signsUntil: keys[at + 1]?.signsFrom ?? ends };
          });
        return {
          kind: inventory.kind,
          ofUnknownVersion,
          sealing: (await inventory.sealing()).map((key) => ({
            ...key,
            tokens: byVersion.get(key.version) ?? 0,
            madeAt: made.get(key.version) ?? null,
          })),
          signing: toTurns(await inventory.signing(), null),
          // OpenID keys in files are removed automatically when they are no longer needed.
          oidc: toTurns(await inventory.oidc(), signingLifeSec),
        };
      },
    }),
    adminEndpoint({
      ...changing,
      path: '/keys/rotate',
      summary: 'Create a new key',
      description:
        'Works as `facestep keys rotate`. Tokens under older keys stay valid. A signing key is published before it signs. Keys in AWS KMS have to be created there: the reply contains the instructions.',
      codes,
      fields: z.strictObject({ use: z.enum(['sealing', 'signing', 'oidc']) }),
      reply: rotatedKeyReply,
      async handle({ fields: { use }, administrator }) {
        const noteRotated = (name: string) => note('key_rotated', { use, name, by: administrator.name });
        return toRotation(await rotateKey(upkeep.setup().config, use, upkeep, noteRotated));
      },
    }),
    adminEndpoint({
      ...changing,
      path: '/keys/retire',
      summary: 'Destroy an old key',
      description:
        'Works as `facestep keys retire`. Every token that the version sealed becomes unusable. The call changes nothing unless `confirm` is the number of people with such a token: its reply has the number, counted as by `GET /keys`.',
      codes: [...codes, 'not_found'],
      fields: z
        .strictObject({
          version: z.int().min(1).max(65_535).optional().describe('Version of a sealing key.'),
          confirm: z
            .int()
            .min(0)
            .optional()
            .describe('Number of tokens that will be lost, from a previous reply of this call.'),
          signing: z
            .string()
            .min(1)
            .max(256)
            .optional()
            .describe('Name of a leaked signing key, instead of `version`.'),
        })
        .refine(({ version, signing }) => (version === undefined) !== (signing === undefined), {
          path: ['version'],
          error: 'Expected either version or signing.',
        }),
      reply: retiredKeyReply,
      async handle({ fields: { version, confirm, signing }, administrator: { name: by } }) {
        const { config } = upkeep.setup();
        if (signing !== undefined) {
          const retired = await retireSigningKey(config, signing, upkeep, () =>
            note('key_destroyed', { use: 'signing', name: signing, by }),
          );
          return { isDone: retired === 'retired', lost: null, words: signingWords[retired] };
        }
        if (version === undefined) throw new FaceError('request_malformed', { field: 'version' });
        const count = await countSealed(deps);
        const file = await upkeep.configurationFile?.read();
        const ofSecrets = file === undefined ? [] : findSealedVersions(JSON.parse(file));
        const request = { version, confirm: confirm ?? null, count, ofSecrets };
        const retired = await retireVersion(config, request, upkeep, () =>
          note('key_destroyed', { use: 'sealing', name: String(version), by }),
        );
        if (retired.kind === 'unknown') throw new FaceError('not_found');
        if (retired.kind === 'current')
          return { isDone: false, lost: null, words: ['This key seals new tokens. Rotate first.'] };
        if (retired.kind === 'seals_secrets') return { isDone: false, lost: null, words: [sealsSecretsText] };
        return { isDone: retired.kind === 'retired', lost: retired.lost, words: retired.words };
      },
    }),
  ];
}

const signingWords = {
  retired: ['The key is retired.', retiredSigningText],
  refused: ['There is no such key, or it is the active signing key. Rotate first.'],
  none: ['There are no signing keys yet.'],
  'by hand': ['The keys are in AWS KMS: remove it from keys.signing.others.'],
} as const;

function toRotation(rotated: Rotated) {
  switch (rotated.kind) {
    case 'version':
      return {
        isDone: true,
        key: String(rotated.version),
        signsFrom: null,
        words: ['Back the keys up: they have changed.'],
      };
    case 'turn':
      return { isDone: true, key: rotated.kid, signsFrom: rotated.signsFrom, words: [] };
    case 'waiting':
      return {
        isDone: false,
        key: null,
        signsFrom: null,
        words: ['The key of an earlier rotation is not active yet.'],
      };
    case 'none':
      return { isDone: false, key: null, signsFrom: null, words: ['There are no such keys yet.'] };
    case 'by hand':
      return { isDone: false, key: null, signsFrom: null, words: rotated.words };
  }
}
