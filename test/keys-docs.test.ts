import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { keysGuard } from '../src/config/keys.js';
import { projectRoot } from './paths.js';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const [example, policy] = [...read('docs/keys.md').matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) =>
  JSON.parse(text!),
);

test('the documented configuration of AWS KMS is taken', () => {
  expect(keysGuard.parse(example)).toMatchObject({ kind: 'aws-kms', current: null, endpoint: null });
});

test('the documented policy allows what is called, of the keys of that configuration, and nothing else', () => {
  const called = [...read('src/keys/aws-kms-calls.ts').matchAll(/call\('(\w+)'/g)].map(([, name]) => `kms:${name}`);
  const statements: { Action: string[]; Resource: string | string[] }[] = policy.Statement;
  expect(new Set(statements.flatMap(({ Action }) => Action))).toEqual(new Set(called));
  const keys = statements.flatMap(({ Resource }) => Resource).map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
  expect(keys).toEqual([example.sealing[0].keyId, example.signing.keyId, example.oidc.keyId]);
});
