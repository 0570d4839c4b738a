import { expect, test } from '@jest/globals';
import { readPeople } from './people-csv.js';

const read = (text: string | Uint8Array) => readPeople(typeof text === 'string' ? Buffer.from(text) : text);
const told = async (text: string | Uint8Array) =>
  (await read(text)).map(({ line, login, reason }) => [line, login, reason]);

test.each([
  ['a UTF-8 byte order mark', Buffer.from('\uFEFFlogin\nada\n')],
  ['UTF-16, as spreadsheets write it', Buffer.from('\uFEFFlogin\tname\r\nada\tÄ\r\n', 'utf16le')],
  ['UTF-16 big-endian', Buffer.from('\uFEFFlogin\tname\r\nada\tÄ\r\n', 'utf16le').swap16()],
  ['control-Z at its end, as programs of DOS write it', Buffer.from('login\r\nada\r\n\x1a')],
  ['semicolons', Buffer.from('login;name\nada;A\n')],
  ['lone carriage returns', Buffer.from('login\rada\r')],
  ['additional columns', Buffer.from('department,login\nx,ada\n')],
  ['a `sep=` line', Buffer.from('\uFEFFsep=;\r\nlogin;name\r\nada;"a, b"\r\n')],
  ['empty lines before the header', Buffer.from('\n \r\nlogin\nada\n')],
  ['a semicolon in a quoted column name', Buffer.from('"a;b",login\nx,ada\n')],
  ['a comma in a quoted column name', Buffer.from('"a,b";login\nx;ada\n')],
  ['empty cells at the end of lines', Buffer.from('login,name\nada,A,,,\n,,,,\n')],
  ['line breaks in quotes', Buffer.from('"login","department\r\nand team"\r\nada,"x\r\ny"\r\n')],
])('a file with %s is read', async (_what, bytes) => {
  expect((await read(bytes)).map(({ login }) => login)).toEqual(['ada']);
});

test.each([
  ['without a header', 'ada@example.com\n'],
  ['that is a picture', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70])],
])('a file %s is refused', async (_what, bytes) => {
  await expect(read(bytes)).rejects.toMatchObject({ code: 'csv_header_missing' });
});

test('the problem of each invalid line is reported, and the other lines are accepted', async () => {
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
    [11, 'joan', 'other_language'],
    [12, 'mary', 'columns'],
    [13, '', 'quotes'],
    [14, 'carol', null],
    [15, '', 'too_long'],
    [16, 'dave', null],
    [17, '', 'encoding'],
    [18, 'last', null],
  ]);
});

test('a quoted line break belongs to its cell, and later lines have the right numbers', async () => {
  const file = 'login,name\r\n"ada","Ada\r\nLovelace"\r\n\r\neve,"open\r\ngrace,"Grace"\r\n';
  expect((await read(file)).map(({ line, login, name, reason }) => [line, login, name, reason])).toEqual([
    [2, 'ada', 'Ada Lovelace', null],
    [5, '', null, 'quotes'],
    [6, 'grace', 'Grace', null],
  ]);
});

test('language tags are read in any notation; for an unknown language the default of the campaign applies', async () => {
  const people = await read('login,language\na,en_US\nb,DE-at\nc,fr\nd,tlh\ne,\n');
  expect(people.map(({ language, reason }) => [language, reason])).toEqual([
    ['en', null],
    ['de', null],
    ['fr', null],
    [null, 'other_language'],
    [null, null],
  ]);
});

test.each([
  ['of empty lines', () => '\n'.repeat(10_000_000)],
  ['of people', () => Array.from({ length: 150_000 }, (_, at) => `user${at},\n`).join('')],
])('a large file %s is refused, and parsed in slices', async (_what, rest) => {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const reading = read(`login,name\n${rest()}`).finally(() => {
    isOver = true;
  });
  await expect(reading).rejects.toMatchObject({ code: 'limit_reached' });
  expect(turns).toBeGreaterThan(10);
});

test('an unclosed quotation mark or a line of separators affects only its own line', async () => {
  const file = `login,name\na,"open\n${',"",'.repeat(100_000)}\n${'b,\n'.repeat(3)}`;
  expect(await told(file)).toEqual([
    [2, '', 'quotes'],
    [3, '', 'too_long'],
    [4, 'b', null],
    [5, 'b', 'double'],
    [6, 'b', 'double'],
  ]);
});
