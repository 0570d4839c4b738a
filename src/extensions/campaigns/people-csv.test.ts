import { expect, test } from '@jest/globals';
import { readPeople } from './people-csv.js';

const read = (text: string | Uint8Array) => readPeople(typeof text === 'string' ? Buffer.from(text) : text);
const told = async (text: string | Uint8Array) =>
  (await read(text)).map(({ line, login, reason }) => [line, login, reason]);

test.each([
  ['a mark of UTF-8', Buffer.from('\uFEFFlogin\nada\n')],
  ['UTF-16, as spreadsheets write it', Buffer.from('\uFEFFlogin\tname\r\nada\tÄ\r\n', 'utf16le')],
  ['semicolons', Buffer.from('login;name\nada;A\n')],
  ['lone carriage returns', Buffer.from('login\rada\r')],
  ['columns of others', Buffer.from('department,login\nx,ada\n')],
])('a file with %s is read', async (_what, bytes) => {
  expect((await read(bytes)).map(({ login }) => login)).toEqual(['ada']);
});

test.each([
  ['without a header', 'ada@example.com\n'],
  ['that is a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70])],
])('a file %s is refused', async (_what, bytes) => {
  await expect(read(bytes)).rejects.toMatchObject({ code: 'csv_header_missing' });
});

test('what is wrong is told of its line, and the others count', async () => {
  const lines = [
    'login,email,name,language',
    'ada,,,',
    '',
    '   ',
    'ADA,,,',
    ',x@example.com,,',
    'grace,not an address,,',
    'alan,,"=HYPERLINK(""http://x"")",',
    '@sum,,,',
    '+4915112345678,,,',
    'joan,,,klingon',
    'mary,,,,,more',
    'eve,"open',
    'carol,,"a ""quoted"" name",fr',
    `${'x'.repeat(1100)},,,`,
    'dave,,,',
  ];
  const bytes = Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n`),
    Buffer.from([0x6a, 0xf6, 0x72, 0x67]),
    Buffer.from('\r\nlast,,,\r\n'),
  ]);
  expect(await told(bytes)).toEqual([
    [2, 'ada', null],
    [5, 'ADA', 'double'],
    [6, '', 'no_login'],
    [7, 'grace', 'bad_email'],
    [8, 'alan', 'formula'],
    [9, '@sum', 'formula'],
    [10, '+4915112345678', null],
    [11, 'joan', 'bad_language'],
    [12, 'mary', 'columns'],
    [13, '', 'quotes'],
    [14, 'carol', null],
    [15, '', 'too_long'],
    [16, 'dave', null],
    [17, '', 'encoding'],
    [18, 'last', null],
  ]);
});
