import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { parseJsonAs } from '../core/base/json.js';
import { type FieldValue, LongText, longTextBytes, parseJsonFields } from './json.js';

const parse = (text: string | Uint8Array) => parseJsonFields(Buffer.from(text));
const refused = expect.objectContaining({ name: 'FaceError', code: 'request_malformed' });
const plain = (value: FieldValue): unknown =>
  value instanceof LongText
    ? value.bytes.toString()
    : Array.isArray(value)
      ? value.map(plain)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]))
        : value;
const toObject = (fields: ReadonlyMap<string, FieldValue>) =>
  Object.fromEntries([...fields].map(([name, value]) => [name, plain(value)]));

describe('the JSON reader refuses', () => {
  test.each([
    ['a duplicate name', '{"a":1,"a":2}'],
    ['a duplicate name in escapes', '{"a":1,"\\u0061":2}'],
    ['__proto__ in escapes', '{"\\u005f_proto__":1}'],
    ['constructor', '{"constructor":1}'],
    ['prototype', '{"prototype":1}'],
    ['more than four levels', '{"a":{"b":[{"c":[1]}]}}'],
    ['a duplicate name in a nested object', '{"a":{"b":1,"b":2}}'],
    ['__proto__ in a nested object', '{"a":{"__proto__":1}}'],
    ['a deep list', `{"a":${'['.repeat(20_000)}`],
    ['a list', '[1]'],
    ['two objects', '{}{}'],
    ['an unterminated string', '{"a":"b'],
    ['an unpaired surrogate', '{"a":"\\ud800"}'],
    ['broken UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['two byte order marks', '\ufeff\ufeff{}'],
    ['a byte order mark inside the object', '{\ufeff}'],
    ['a long name', `{"${'a'.repeat(longTextBytes + 1)}":1}`],
    ['too much data outside pictures', `{"a":[${'1,'.repeat(60_000)}1]}`],
    ['many backslashes in an unterminated string', `{"a":"${'\\'.repeat(100_001)}`],
    ['an escaped quote late in a string', `{"a":"${'x'.repeat(longTextBytes * 2)}\\"y"}`],
  ])('%s', (_, text) => {
    expect(() => parse(text)).toThrow(refused);
  });
});

test('a byte order mark before the object is ignored', () => {
  expect(toObject(parse('\ufeff{"a":"\ufeffb"}'))).toEqual({ a: '\ufeffb' });
});

test('a long string is extracted completely, at any position', () => {
  const long = 'A'.repeat(longTextBytes + 1);
  const fields = parse(`{"ü":"ü","photo":["${long}","short"],"other":"${long}B","n":1}`);
  expect(toObject(fields)).toEqual({ ü: 'ü', photo: [long, 'short'], other: `${long}B`, n: 1 });
  expect(fields.get('other')).toBeInstanceOf(LongText);
});

test('accepted JSON has the value that JSON.parse returns; other input is refused without any other error', () => {
  const piece = fc.constantFrom(...'{}[]",:\\a1-.e \t\u00a0', 'null');
  fc.assert(
    fc.property(
      fc.array(piece).map((pieces) => pieces.join('')),
      (text) => {
        let fields: ReadonlyMap<string, FieldValue>;
        try {
          fields = parse(`{"k":${text}}`);
        } catch (error) {
          expect(error).toEqual(refused);
          return;
        }
        expect(toObject(fields)).toEqual(JSON.parse(`{"k":${text}}`));
      },
    ),
    { numRuns: 3000 },
  );
});

test('JSON that the guard does not accept, other text and malformed UTF-8 are no value', () => {
  const guard = z.object({ name: z.string() });
  expect(parseJsonAs('{"name":"é"}', guard)).toEqual({ name: 'é' });
  expect(parseJsonAs(Buffer.from('{"name":"é"}'), guard)).toEqual({ name: 'é' });
  const others = ['{"name":1}', '{', '', Buffer.from('{"name":"é"}', 'latin1')];
  expect(others.map((text) => parseJsonAs(text, guard))).toEqual(others.map(() => undefined));
});
