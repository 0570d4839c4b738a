import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import {
  ContentKey,
  Credential,
  Embedding,
  KeyMaterial,
  PersonalData,
  Photo,
  SealedToken,
  UserSecret,
} from './secrets.js';

const canary = 'canary-7f3a';
const bytes = new TextEncoder().encode(canary);

test.each([
  ['Photo', new Photo(bytes.slice())],
  ['Embedding', new Embedding(new Float32Array([0.123456]))],
  ['KeyMaterial', new KeyMaterial(bytes.slice())],
  ['ContentKey', new ContentKey(bytes.slice())],
  ['PersonalData', new PersonalData({ [canary]: canary })],
  ['UserSecret', new UserSecret(canary)],
  ['SealedToken', new SealedToken(canary)],
  ['Credential', new Credential(canary)],
])('%s prints only its name', (name, value) => {
  const printed = [
    `${value}`,
    JSON.stringify({ value }),
    inspect({ value }, { showHidden: true, depth: 9 }),
    Object.keys(value).join(),
    JSON.stringify(structuredClone({ value })),
  ].join('\n');
  expect(printed).toContain(`[${name}]`);
  expect(printed).not.toContain(canary);
  expect(printed).not.toContain('0.123456');
  expect(printed).not.toContain(String(bytes[0]));
});

test('a wiped value is all zeros', () => {
  const photo = new Photo(bytes.slice());
  photo.wipe();
  photo.use((value) => expect(value.every((byte) => byte === 0)).toBe(true));
});
