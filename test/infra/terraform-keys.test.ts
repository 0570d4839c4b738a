import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { filesOf } from '../../src/config/data-files.js';
import { type AwsKmsConfig, keysGuard } from '../../src/config/keys.js';
import { openInventory } from '../../src/storage/keys/inventory.js';
import { openKeyService } from '../../src/storage/keys/open.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { projectRoot } from '../../support/run/paths.js';
import { kmsEnvironment, startKms } from '../../support/servers/kms/index.js';
import { createManualClock } from '../contract/state.js';
import { modules, readModule } from './terraform.js';

/* Who may do what with the keys that Terraform makes, held against what the service asks of them. */

/** As the parser writes an expression. */
const toExpression = (text: string): string => `\${${text}}`;

const one = <T extends z.ZodType>(guard: T) => z.tuple([guard]).transform(([only]) => only);
const statementGuard = z.strictObject({
  sid: z.string(),
  actions: z.union([z.array(z.string()), z.literal(toExpression('local.key_administration'))]),
  resources: z.tuple([z.literal('*')]),
  principals: one(z.strictObject({ type: z.literal('AWS'), identifiers: z.unknown() })),
  condition: one(z.strictObject({ test: z.string(), variable: z.string(), values: z.array(z.string()) })).optional(),
});
const documentGuard = one(
  z.strictObject({ source_policy_documents: z.array(z.string()).default([]), statement: z.array(statementGuard) }),
);
const keyGuard = one(
  z.looseObject({
    policy: z.string().regex(/^\$\{data\.aws_iam_policy_document\.\w+\.json\}$/),
    multi_region: z.literal(false),
    deletion_window_in_days: z.literal(30),
    customer_master_key_spec: z.string(),
    lifecycle: one(z.strictObject({ prevent_destroy: z.literal(true), ignore_changes: z.tuple([z.string()]) })),
  }),
);

const aws = readModule('modules/aws');
const document = (reference: string) => {
  const name = /^\$\{data\.aws_iam_policy_document\.(\w+)\.json\}$/.exec(reference)?.[1] ?? '';
  return documentGuard.parse(aws.data.aws_iam_policy_document?.[name]);
};
const administration = z
  .array(z.string())
  .parse(aws.locals.map(({ key_administration }) => key_administration).find((each) => each !== undefined));
const keys = modules.flatMap((folder) => Object.entries(readModule(folder).resource.aws_kms_key ?? {}));
const usesOf = (name: string) => {
  const { policy } = keyGuard.parse(aws.resource.aws_kms_key?.[name]);
  return document(policy).statement;
};

test.each(keys)('%s: the key cannot be destroyed by a plan and stays in one region', (_, key) => {
  const { lifecycle, ...settings } = keyGuard.parse(key);
  // An administrator who disables a leaked key is not to find it enabled again after the next plan.
  expect(lifecycle.ignore_changes).toEqual([toExpression('is_enabled')]);
  // KMS refuses the first for these kinds of keys; the second lets a policy lock everybody out.
  expect(settings).not.toHaveProperty('enable_key_rotation');
  expect(settings).not.toHaveProperty('bypass_policy_lockout_safety_check');
  expect(document(settings.policy).source_policy_documents).toEqual([
    toExpression('data.aws_iam_policy_document.key_administration.json'),
  ]);
});

test('only key policies grant rights on a key', () => {
  const kinds = modules.flatMap((folder) => Object.keys(readModule(folder).resource));
  expect(kinds.filter((kind) => /^aws_kms_/.test(kind) && kind !== 'aws_kms_key')).toEqual([]);
  const rights = modules.flatMap((folder) => Object.entries(readModule(folder).data.aws_iam_policy_document ?? {}));
  const others = rights.filter(([name]) => !/^(key_administration|sealing_key|signing_key|oidc_key)$/.test(name));
  expect(JSON.stringify(others)).not.toContain('kms:');
  for (const [name] of keys)
    expect(usesOf(name).map(({ principals }) => principals.identifiers)).toEqual([
      [toExpression('aws_iam_role.service.arn')],
    ]);
});

test('only the named roles and the account’s root user administer a key, and they may not use it', () => {
  const { source_policy_documents, statement } = document(
    toExpression('data.aws_iam_policy_document.key_administration.json'),
  );
  expect(source_policy_documents).toEqual([]);
  const [administrators, root, ...others] = statement;
  expect(others).toEqual([]);
  expect(administrators).toMatchObject({ principals: { identifiers: toExpression('var.key_administrator_arns') } });
  expect(root).toMatchObject({
    principals: {
      identifiers: [expect.stringMatching(/:iam::\$\{data\.aws_caller_identity\.current\.account_id\}:root$/)],
    },
    condition: { test: 'StringEquals', variable: 'aws:PrincipalType', values: ['Account'] },
  });
  for (const { actions } of statement) expect(actions).toBe(toExpression('local.key_administration'));
  expect(administration).toEqual(
    expect.arrayContaining(['kms:PutKeyPolicy', 'kms:DisableKey', 'kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion']),
  );
  const uses = /\*|Mac|Sign|Verify|crypt|Generate|Derive|PublicKey|Import|Replicate|Create|RetireGrant/;
  expect(administration.filter((action) => uses.test(action))).toEqual([]);
});

describe('the key policies allow exactly the operations that the service calls', () => {
  let kms: Awaited<ReturnType<typeof startKms>>;
  let config: AwsKmsConfig;
  beforeAll(async () => {
    Object.assign(process.env, kmsEnvironment);
    kms = await startKms();
    const parsed = keysGuard.parse(kms.createServerKeys());
    if (parsed.kind !== 'aws-kms') throw new Error('no configuration of KMS');
    config = parsed;
    const deps = {
      files: filesOf({ dataFolder: '/nonexistent', keys: config }),
      random: systemRandom,
      clock: createManualClock(),
      log: createTextLog(),
    };
    const service = await openKeyService(config, deps);
    await service.keys.mac(1, Buffer.alloc(32, 1));
    await service.signer.sign('facestep-receipt+jwt', { sub: 'ada' });
    const [oidcKey] = (await (await service.openOidcKeys()).current()).signing;
    await oidcKey?.sign(Buffer.from('a token'), 'PS256');
    const inventory = await openInventory(config, deps);
    await Promise.all([inventory.sealing(), inventory.signing(), inventory.oidc()]);
  });

  const askedOf = (keyId: string | undefined) => kms.asked.filter((each) => each.KeyId === keyId);

  test.each([
    ['sealing', 'kms:MacAlgorithm', () => config.sealing[0]?.keyId],
    ['signing', 'kms:SigningAlgorithm', () => config.signing.keyId],
    ['oidc', 'kms:SigningAlgorithm', () => config.oidc?.keyId],
  ])('the key for %s', (name, variable, keyId) => {
    const asked = askedOf(keyId());
    const [use] = usesOf(name);
    expect(new Set(use?.actions)).toEqual(new Set(asked.map(({ operation }) => `kms:${operation}`)));
    const algorithms = asked.flatMap(({ MacAlgorithm, SigningAlgorithm }) => MacAlgorithm ?? SigningAlgorithm ?? []);
    expect(use?.condition).toEqual({ test: 'StringEqualsIfExists', variable, values: [...new Set(algorithms)] });
  });
});

test('the policies in docs/keys.md equal the key policies of Terraform', () => {
  const text = readFileSync(join(projectRoot, 'docs/keys.md'), 'utf8');
  const policies = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json!));
  const [, sealing, signing] = policies;
  const [administrators, root, seal] = z
    .array(z.looseObject({ Sid: z.string(), Action: z.array(z.string()) }))
    .parse(sealing.Statement);
  for (const each of [administrators, root]) expect(each?.Action).toEqual(administration);
  expect(root).toMatchObject({ Condition: { StringEquals: { 'aws:PrincipalType': 'Account' } } });
  for (const [documented, name] of [
    [seal, 'sealing'],
    [signing, 'signing'],
  ] as const) {
    const [use] = usesOf(name);
    expect(documented).toMatchObject({
      Sid: use?.sid,
      Action: use?.actions,
      Condition: { [use!.condition!.test]: { [use!.condition!.variable]: use!.condition!.values[0] } },
    });
  }
  expect(text).toContain(JSON.stringify(usesOf('oidc')[0]?.condition?.values).replaceAll(',', ', '));
});
