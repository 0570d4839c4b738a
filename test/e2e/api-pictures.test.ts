import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { createEnginePool } from '../../src/engine/pool.js';
import { type ApiServer, startApiServer, toForm } from '../api-server.js';
import { createTestVerifier } from '../embedded.js';
import { modelsFolder } from '../paths.js';

/* The REST API with the real engine: what callers send, good and bad, as bytes on a socket. */

let server: ApiServer;
let pictures: Pictures;
let auth: { 'x-auth-token': string };

beforeAll(async () => {
  pictures = await loadPictures();
  const verifier = createTestVerifier(await createEnginePool({ modelsFolder, queueLimit: 16 }));
  server = await startApiServer({ verifier });
  auth = { 'x-auth-token': (await server.issue()).token };
});
afterAll(async () => {
  await server.stop();
  await server.deps.verifier.close();
});

const post = (path: string, fields: Parameters<typeof toForm>[0]) => server.postForm(path, toForm(fields), auth);

function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A valid grey PNG of any size that is nearly nothing on the wire. */
function createVastPng(sidePx: number, padding: number): Buffer {
  const header = Buffer.from([...Array(8).fill(0), 8, 0, 0, 0, 0]);
  header.writeUInt32BE(sidePx, 0);
  header.writeUInt32BE(sidePx, 4);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.concat([deflateSync(Buffer.alloc(sidePx + 1)), Buffer.alloc(padding)])),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#446688' } });

describe('is refused by every endpoint that looks for a face, in a form and in JSON', () => {
  const bad: [string, string, () => Promise<Uint8Array> | Uint8Array][] = [
    ['text named .jpg', 'photo_invalid', () => Buffer.from('This is no picture.')],
    ['an empty file', 'photo_invalid', () => Buffer.alloc(0)],
    ['a truncated JPEG', 'photo_invalid', () => pictures.person[0].subarray(0, 4000)],
    ['a 1×1 picture', 'photo_too_small', () => blank(1, 1).png().toBuffer()],
    ['a 30,000×30,000 PNG of 40 KB', 'photo_too_large', () => createVastPng(30_000, 40_000)],
    ['a GIF', 'photo_invalid', () => blank(100, 100).gif().toBuffer()],
    [
      'an animated WebP',
      'photo_animated',
      async () => {
        const frames = [await blank(64, 64).png().toBuffer(), await blank(64, 64).negate().png().toBuffer()];
        return sharp(frames, { join: { animated: true } })
          .webp({ loop: 0 })
          .toBuffer();
      },
    ],
    ['an SVG', 'photo_invalid', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"/>')],
    ['no face', 'face_none', () => pictures.landscape],
    ['several faces', 'face_many', () => pictures.group],
    ['a face 20 pixels wide', 'face_too_small', () => pictures.far],
  ];

  test.each(bad)('%s: %s', async (_, code, make) => {
    const photo = await make();
    const base64 = Buffer.from(photo).toString('base64');
    for (const path of ['/generate', '/quality', '/liveness']) {
      expect(await post(path, { photo })).toMatchObject({ status: 400, body: { code } });
    }
    expect((await server.postJson('/generate', { photo: base64 }, auth)).body.code).toBe(code);
    expect((await post('/match', { probe: pictures.person[0], reference: photo })).body.code).toBe(code);
    const several = { photo: [pictures.person[0], photo] };
    expect((await post('/consistency-check', several)).body.unusable).toMatchObject([{ index: 1, code }]);
  });
});

describe('is accepted', () => {
  test.each<[string, (picture: Sharp) => Sharp]>([
    ['PNG', (picture) => picture.png()],
    ['WebP', (picture) => picture.webp()],
    ['CMYK', (picture) => picture.toColourspace('cmyk').jpeg()],
    ['16-bit', (picture) => picture.toColourspace('rgb16').png()],
    ['greyscale', (picture) => picture.greyscale().jpeg()],
    ['transparent', (picture) => picture.ensureAlpha(1).png()],
    ['turned by its EXIF mark', (picture) => picture.rotate(90).withMetadata({ orientation: 8 }).jpeg()],
  ])('%s', async (_, change) => {
    const photo = await change(sharp(pictures.person[0])).toBuffer();
    const { body } = await post('/match', { probe: photo, reference: pictures.person[0] });
    expect(body).toMatchObject({ ok: true, match: true });
  });

  test('and the rotation is what made it right', async () => {
    const upright = await post('/detect', { photo: pictures.person[0] });
    const turned = await sharp(pictures.person[0]).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer();
    const { body } = await post('/detect', { photo: turned });
    expect([body.widthPx, body.heightPx]).toEqual([upright.body.widthPx, upright.body.heightPx]);
  });
});

test('a person enrolled from one photo is confirmed by another, and a stranger is not', async () => {
  const [first, second] = pictures.person;
  const fields = { password: 'secret', scope: 'app:login', accuracy: '4' };
  const { body } = await post('/generate', { photo: first, ...fields });
  const token = String(body.token);
  expect((await post('/authenticate', { token, photo: second, ...fields })).body).toEqual({
    ok: true,
    authenticated: true,
  });
  const stranger = await post('/authenticate', { token, photo: pictures.stranger, ...fields });
  expect(stranger.body).toEqual({ ok: true, authenticated: false });
  const scored = await post('/authenticate-score', { token, photo: second, ...fields });
  expect(scored.body).toMatchObject({ authenticated: true, score: expect.closeTo(0.71, 1) });
});

test('nothing of it all is in the log', () => {
  const written = server.log.text();
  expect(written).not.toContain(Buffer.from(pictures.person[0].subarray(0, 30)).toString('base64').slice(0, 30));
  expect(written).not.toContain('"code":"internal"');
  expect(written).not.toContain(auth['x-auth-token'].slice(-43));
});
