import { expect, test } from '@jest/globals';
import { emailGuard, parseEmail, readPlainEmail, toEmailKey } from './email-address.js';

test.each([
  ['r&d@example.com'],
  ['a/b=c@example.com'],
  ['søren@example.com'],
  ['ada@münchen.example'],
  ['Ada@EXAMPLE.com'],
  ['ada@xn--mnchen-3ya.example'],
  ['Ada Lovelace <ada@example.com>', 'ada@example.com'],
  ['"Lovelace, Ada <x>" <ada@example.com>', 'ada@example.com'],
  ['mailto:ada@example.com?subject=Hi', 'ada@example.com'],
  ['Ada <MAILTO:r%26d@example.com>', 'r&d@example.com'],
  ['\ufeff ada\u200b@example.com\u200e ', 'ada@example.com'],
  ['so\u0308ren@example.com', 's\u00f6ren@example.com'],
])('the address in %j is read', (text, address = text) => {
  expect(parseEmail(text)).toBe(address);
  expect(emailGuard.parse(text)).toBe(address);
});

test.each([
  ['ada'],
  ['@example.com'],
  ['ada@example'],
  ['ada@192.0.2.1'],
  ['ada@exa mple.com'],
  ['ada@example..com'],
  ['.ada@example.com'],
  ['ada..b@example.com'],
  ['a@b@example.com'],
  ['ada@example.com, eve@example.com'],
  ['Ada <ada@example.com> <eve@example.com>'],
  ['mailto:ada@example.com,eve@example.com'],
  ['mailto:%0d%0a@example.com'],
  ['mailto:%@example.com'],
  ['ada\r\nBcc:eve@example.com'],
  ['ad\u200da@example.com'],
  [`${'ö'.repeat(33)}@example.com`],
  [`ada@${'a.'.repeat(125)}com`],
])('%j is no address', (text) => {
  expect(parseEmail(text)).toBeNull();
  expect(emailGuard.safeParse(text).success).toBe(false);
});

test('two spellings of one address have one key', () => {
  const key = toEmailKey('søren@münchen.example');
  for (const same of [
    'SØREN@xn--mnchen-3ya.EXAMPLE',
    'S <søren@mu\u0308nchen.example>',
    'mailto:søren@münchen.example',
  ])
    expect(toEmailKey(same)).toBe(key);
  expect(toEmailKey('soren@münchen.example')).not.toBe(key);
  const [other, ...others] = ['straße@a.example', 'strasse@a.example', 'ſtrasse@a.example', 'admın@a.example'].map(
    toEmailKey,
  );
  expect(new Set([other, ...others]).size).toBe(4);
});

test('an address that a directory states is read only if the text is nothing else', () => {
  for (const text of ['boss@corp.example', 'søren@münchen.example']) expect(readPlainEmail(text)).toBe(text);
  for (const text of [
    'mallory <boss@corp.example>',
    'mailto:boss@corp.example',
    'boss\u00ad@corp.example',
    'boss',
    null,
  ])
    expect(readPlainEmail(text)).toBeNull();
});
