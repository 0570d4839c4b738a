import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawPicture } from '../../support/fakes/embedded.js';
import { eventually } from '../../support/run/eventually.js';
import { startApiServer, toForm } from '../../support/servers/api-server.js';
import { sendHalf } from '../../support/servers/half-sent.js';
import { decodeBase64 } from './body.js';

const mebibyte = 1024 * 1024;
const photo = drawPicture('ada', 1);
const inB = 'multipart/form-data; boundary=b';
const photoHead = '--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n';
const base64 = Buffer.from(photo).toString('base64');

const server = await startApiServer();
const token: string = (await server.issue()).token;
const auth: { 'x-auth-token': string } = { 'x-auth-token': token };

const form = (path: string, fields: Parameters<typeof toForm>[0], headers: Record<string, string> = auth) =>
  server.postForm(path, toForm(fields), headers);
const json = (path: string, body: unknown, headers: Record<string, string> = auth) =>
  server.postJson(path, body, headers);

describe('photos in a request body', () => {
  test('are equal if sent as a file, base64, a list of base64 or a data: URL', async () => {
    const one = await form('/detect', { photo });
    expect(one.status).toBe(200);
    for (const sent of [base64, [base64], `data:image/jpeg;base64,${base64}`]) {
      expect((await json('/detect', { photo: sent })).body).toEqual(one.body);
    }
  });

  test.each([
    ['application/json', `{"photo":"${base64}"}`],
    [inB, Buffer.concat([Buffer.from(photoHead), photo, Buffer.from('\r\n--b--\r\n')])],
  ])('are equal if the body arrives in chunks of one byte: %s', async (type, body) => {
    const chunks = Array.from(Buffer.from(body), (byte) => Buffer.from([0x31, 13, 10, byte, 13, 10]));
    const headers = { ...auth, 'content-type': type, 'transfer-encoding': 'chunked' };
    const sent = Buffer.concat([...chunks, Buffer.from('0\r\n\r\n')]);
    const half = await sendHalf(server.port, '/detect', { headers, body: sent });
    expect(await half.answer).toMatch(/^HTTP\/1\.1 200 /);
    half.end();
  });

  test.each<[string, Parameters<typeof toForm>[0], string]>([
    ['text instead of a file', { photo: 'text' }, 'request_malformed'],
    ['text and a file in one field', { photo: ['text', photo] }, 'request_malformed'],
    ['a field name from the prototype', { __proto__x: photo, constructor: photo }, 'field_unknown'],
    ['two photos instead of one', { photo: [photo, photo] }, 'photo_too_many'],
    ['a file instead of text', { photo, auth_token: photo }, 'request_malformed'],
  ])('are refused in a form with %s', async (_, fields, code) => {
    expect(await form('/detect', fields)).toMatchObject({ status: 400, body: { code } });
  });

  test.each<[string, unknown, string]>([
    ['an empty list', { photo: [] }, 'photo_missing'],
    ['null', { photo: null }, 'request_malformed'],
    ['a text that is not base64', { photo: 'this is not base64!' }, 'photo_invalid'],
    ['two photos instead of one', { photo: [base64, base64] }, 'photo_too_many'],
    ['a long text in an unknown field', { picture: 'A'.repeat(20_000), photo: base64 }, 'field_unknown'],
    ['a long text in a known field', { auth_token: 'A'.repeat(20_000), photo: base64 }, 'request_malformed'],
  ])('are refused in JSON with %s', async (_, body, code) => {
    expect(await json('/detect', body)).toMatchObject({ status: 400, body: { code } });
  });

  test('are refused with the reason, which repeats no value and no unknown field name', async () => {
    for (const [fields, expected] of [
      [
        { photo: base64, colour: 'canary' },
        { field: 'colour', reason: 'This endpoint has no such field.' },
      ],
      ['{"photo":\n canary}', { reason: 'The body is not valid JSON: line 2, column 2.' }],
      ['{"photo":"a","photo":"canary"}', { reason: 'The JSON repeats a name.' }],
      ['["canary"]', { reason: 'The body must be one JSON object.' }],
    ] as const) {
      const { body } = await json('/detect', fields);
      expect(body).toMatchObject(expected);
      expect(JSON.stringify(body)).not.toContain('canary');
    }
    for (const name of ['fst_8c2kq9', 'ada@example.com', 'a'.repeat(25)])
      expect(Object.keys((await json('/detect', { photo: base64, [name]: 1 })).body)).toEqual(['ok', 'error', 'code']);
  });

  test('are refused with the name of the field, or of a field with a similar name', async () => {
    const named = (code: string, field: string) => ({ status: 400, body: { ok: false, code, field } });
    for (const [path, fields, code, field] of [
      ['/detect', { photo: null }, 'request_malformed', 'photo'],
      ['/detect', { photo: 'no base64' }, 'photo_invalid', 'photo'],
      ['/detect', { 'photo[]': [base64] }, 'field_unknown', 'photo'],
      ['/match', { probe: base64, 'reference[]': base64 }, 'field_unknown', 'reference'],
      ['/match', { probe: base64 }, 'photo_missing', 'reference'],
      ['/match', { probe: base64, reference: base64, accuracy: null }, 'request_malformed', 'accuracy'],
      ['/authenticate', { photo: base64, token: null }, 'token_malformed', 'token'],
    ] as const)
      expect(await json(path, fields)).toMatchObject(named(code, field));
    for (const [fields, code, field] of [
      [{ 'probe[]': photo, reference: photo }, 'field_unknown', 'probe'],
      [{ 'probe[0]': 'text', reference: photo }, 'field_unknown', 'probe'],
      [{ probe: base64.slice(0, 80), reference: photo }, 'request_malformed', 'probe'],
      [{ probe: 'A'.repeat(20_000), reference: photo }, 'request_malformed', 'probe'],
      [{ probe: photo, reference: [photo, photo] }, 'photo_too_many', 'reference'],
      [{ probe: photo, reference: Buffer.from('no picture') }, 'face_none', 'reference'],
      [{ probe: Buffer.from('no picture'), reference: photo }, 'face_none', 'probe'],
    ] as const)
      expect(await form('/match', fields as Parameters<typeof toForm>[0])).toMatchObject(named(code, field));
  });

  test('are read after a byte order mark, and from base64 with line breaks', async () => {
    const inLines = base64.replace(/.{1,76}/g, '$&\\r\\n');
    expect((await json('/detect', `\ufeff{"photo":"data:;base64,${inLines}"}`)).status).toBe(200);
  });

  test('are read from base64 in which a form replaced + by spaces, also if it is long or has escapes', async () => {
    const one = drawPicture('a~~~~~', 1);
    const expected = (await form('/detect', { photo: one })).body;
    const spaced = Buffer.from(one).toString('base64').replaceAll('+', ' ');
    expect(spaced).toContain(' ');
    expect((await json('/detect', { photo: spaced })).body).toEqual(expected);
    const bytes = Buffer.alloc(300_000, 0xfb);
    const long = bytes.toString('base64').replaceAll('+', ' ');
    expect(await decodeBase64(long)).toEqual(bytes);
    expect((await json('/quality', `{"photo":"${long.replaceAll('/', '\\/')}"}`)).body.code).toBe('face_none');
  });

  test('are refused if too many: 11 for a consistency check, 6 for a token, 101 references', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, shot) => drawPicture('ada', shot));
    for (const answer of [
      await form('/consistency-check', { photo: many(11) }),
      await form('/generate', { photo: many(6) }),
      await form('/match-bulk', { probe: photo, reference: many(101) }),
    ]) {
      expect(answer).toMatchObject({ status: 400, body: { code: 'photo_too_many' } });
    }
    expect((await form('/match-bulk', { probe: photo, reference: many(100) })).body.results).toHaveLength(100);
    expect((await form('/consistency-check', { photo: photo })).body.code).toBe('photo_single');
  });

  test('are refused above 10 MB', async () => {
    for (const size of [10 * mebibyte + 1, 10 * mebibyte]) {
      const large = Buffer.alloc(size);
      const code = size > 10 * mebibyte ? 'photo_too_large' : 'face_none';
      expect((await form('/quality', { photo: large })).body.code).toBe(code);
      expect((await json('/quality', { photo: large.toString('base64') })).body.code).toBe(code);
    }
  });
});

describe('fields of a request body', () => {
  const generate = (fields: Record<string, unknown>) => json('/generate', { photo: base64, ...fields });

  test.each<[string, unknown]>([
    ['accuracy', 9],
    ['accuracy', '04'],
    ['scope', 'x'.repeat(257)],
    ['password', 'ü'.repeat(513)],
    ['expiry', 'tomorrow'],
    ['expiry', '2001-01-01T00:00:00Z'],
    ['expiry', '2999-01-01T00:00:00Z'],
  ])('%s with an invalid value is refused (case %#)', async (name, value) => {
    expect(await generate({ [name]: value })).toMatchObject({ status: 400, body: { code: 'request_malformed' } });
  });

  test.each(['x', 'x'.repeat(10 * mebibyte), '\u0000'])(
    'a text that is no token is token_malformed, in JSON and in a form (case %#)',
    async (sent) => {
      const refusal = { status: 400, body: { code: 'token_malformed' } };
      expect(await json('/authenticate', { photo: base64, token: sent })).toMatchObject(refusal);
      expect(await form('/authenticate', { photo, token: sent })).toMatchObject(refusal);
    },
  );

  test('an unknown field name is never logged', async () => {
    const sent = 'a-secret-where-a-name-belongs';
    const long = 'A'.repeat(20_000);
    expect((await generate({ [sent]: long })).body.code).toBe('field_unknown');
    expect((await form('/generate', { photo, [sent]: long })).body.code).toBe('field_unknown');
    expect((await server.postJson('/v2/new-credentials', { [sent]: long }, auth)).body.code).toBe('field_unknown');
    expect(server.log.text()).not.toContain(sent);
  });

  test.each([
    ['in Latin-1', '', Buffer.from([0x70, 0xe4])],
    ['with an unpaired surrogate', '\r\nContent-Type: text/plain; charset=utf-16le', Buffer.from([0x70, 0, 0, 0xd8])],
    ['in an unsupported character set', '\r\nContent-Type: text/plain; charset=iso-8859-15', Buffer.from([0xa4])],
  ])(
    'a form text %s is refused, because different texts would be decoded to the same text',
    async (_, type, password) => {
      const body = Buffer.concat([
        Buffer.from(`--b\r\nContent-Disposition: form-data; name="password"${type}\r\n\r\n`),
        password,
        Buffer.from(`\r\n${photoHead}`),
        photo,
        Buffer.from('\r\n--b--\r\n'),
      ]);
      const headers = { ...auth, 'content-type': inB };
      const answer = await server.send('POST', '/generate', { headers, body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'request_malformed' } });
    },
  );

  test.each<Record<string, string | string[]>>([
    { constructor: 'x' },
    { 'photo[0]': 'x' },
    { ['x'.repeat(101)]: 'x' },
    { scope: ['a', 'b'] },
  ])('an unknown or repeated form field is refused (case %#)', async (fields) => {
    const { status, body } = await form('/generate', { photo, ...fields });
    expect(`${status} ${body.code}`).toMatch(/^400 (field_unknown|request_malformed)$/);
  });
});

describe('request bodies', () => {
  test.each([
    ['multipart/form-data', 'x', 400],
    [inB, `${photoHead}x`, 400],
    ['application/x-www-form-urlencoded', 'photo=x', 415],
    ['multipart/mixed; boundary=b', '--b--', 415],
  ])(
    'of type %s are refused if they do not match the type or the type is unsupported (case %#)',
    async (type, body, status) => {
      const answer = await server.send('POST', '/detect', { headers: { ...auth, 'content-type': type }, body });
      const code = status === 415 ? 'media_type_unsupported' : 'request_malformed';
      expect(answer).toMatchObject({ status, body: { code } });
    },
  );

  test('are refused if they are compressed', async () => {
    const headers = { ...auth, 'content-encoding': 'gzip' };
    const refused = { status: 415, body: { code: 'media_type_unsupported' } };
    expect(await json('/detect', { photo: base64 }, headers)).toMatchObject(refused);
    expect(await form('/detect', { photo }, headers)).toMatchObject(refused);
  });

  test('are refused over the limit, with or without a declared length', async () => {
    const large = { status: 413, body: { code: 'body_too_large' } };
    const body = Buffer.alloc(15 * mebibyte, 'A');
    const headers = { ...auth, 'content-type': 'application/json' };
    expect(await server.send('POST', '/detect', { headers, body })).toMatchObject(large);
    expect(await json('/detect', `{"photo":"${body.toString()}"}`)).toMatchObject(large);
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(mebibyte));
        sent += 1;
        if (sent === 15) controller.close();
      },
    });
    let sent = 0;
    const init = { headers, body: stream, duplex: 'half' };
    expect(await server.send('POST', '/detect', init as RequestInit)).toMatchObject(large);
    const fifty = Array.from({ length: 6 }, () => Buffer.alloc(9 * mebibyte));
    expect(await form('/consistency-check', { photo: fifty })).toMatchObject(large);
  });

  test('have a lower limit for anonymous callers, unless a valid token precedes the photos', async () => {
    const large = Buffer.alloc(3 * mebibyte);
    const refused = { status: 413, body: { code: 'body_too_large' } };
    expect(await form('/quality', { photo: large }, {})).toMatchObject(refused);
    expect(await form('/quality', { photo: large, auth_token: token }, {})).toMatchObject(refused);
    expect(await form('/quality', { auth_token: 'wrong', photo: large }, {})).toMatchObject({ status: 401 });
    expect((await form('/quality', { auth_token: token, photo: large }, {})).body.code).toBe('face_none');
    expect(await json('/quality', { auth_token: token, photo: large.toString('base64') }, {})).toMatchObject(refused);
    expect(await form('/quality', { photo }, {})).toMatchObject({ status: 401 });
  });

  test('are limited for all anonymous callers together, without effect on authenticated callers', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': `${2 * mebibyte}` };
    const body = Buffer.alloc(2 * mebibyte - 10, ' ');
    const held: Awaited<ReturnType<typeof sendHalf>>[] = [];
    for (let each = 0; each < 21; each += 1) held.push(await sendHalf(server.port, '/detect', { headers, body }));
    const refused: string[] = [];
    for (const { answer } of held) answer.then((text) => refused.push(text)).catch(() => {});
    // Two bodies fill the share of one address. When all others are refused, nothing is left for the server to read.
    await eventually(async () => expect(refused.length).toBeGreaterThanOrEqual(held.length - 2));
    expect(refused[0]).toMatch(/^HTTP\/1.1 503 .*\r\n[\s\S]*Retry-After: \d+/);
    expect((await form('/detect', { photo })).status).toBe(200);
    for (const each of held) each.end();
    // What the ones that gave up held is free again.
    await eventually(async () => {
      expect((await json('/detect', `{"photo":"${'A'.repeat(mebibyte)}"}`, {})).status).toBe(401);
    });
  });

  test('never cause an internal error, whatever their bytes', async () => {
    const part = fc.constantFrom(
      '--b',
      '--b--',
      '\r\n',
      'Content-Disposition: form-data; name="photo"; filename="a"',
      'Content-Disposition: form-data; name="auth_token"',
      'Content-Disposition: form-data; name="__proto__"',
      'Content-Disposition: form-data',
      'Content-Type: text/plain; charset=utf-16',
      '{"photo":',
      '"QUJD"',
      '}',
      '\0\xff',
      'x',
    );
    const body = fc.array(part, { maxLength: 24 }).map((parts) => parts.join('\r\n'));
    const type = fc.constantFrom(inB, 'application/json', 'multipart/form-data; boundary=');
    await fc.assert(
      fc.asyncProperty(body, type, fc.boolean(), async (text, contentType, isKnown) => {
        const headers = { ...(isKnown ? auth : {}), 'content-type': contentType };
        const { status } = await server.send('POST', '/generate', { headers, body: text });
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });

  test('do not affect later requests if they are aborted', async () => {
    for (const type of ['application/json', inB]) {
      const headers = { ...auth, 'content-type': type, 'content-length': '100000' };
      const half = await sendHalf(server.port, '/detect', { headers, body: photoHead });
      half.end();
      await half.closed;
    }
    await eventually(async () => expect(server.log.text()).toContain('"route":"/detect","status":null'));
    expect((await form('/detect', { photo })).status).toBe(200);
    expect(server.log.text()).not.toContain('"code":"internal"');
  });
});
