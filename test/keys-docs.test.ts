import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { keysGuard } from '../src/config/keys.js';
import { projectRoot } from './paths.js';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const [example] = [...read('docs/keys.md').matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text!));

test('the documented configuration of AWS KMS is taken', () => {
  expect(keysGuard.parse(example)).toMatchObject({ kind: 'aws-kms', current: null, endpoint: null });
});
