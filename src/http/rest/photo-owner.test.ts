import { expect, test } from '@jest/globals';
import express from 'express';
import { testShare } from '../../../support/data/share.js';
import { createTestVerifier, drawPicture } from '../../../support/fakes/embedded.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { endAfterwards } from '../../../support/run/for-file.js';
import { type ApiServer, startApiServer, toForm } from '../../../support/servers/api-server.js';
import { startFaultServer } from '../../../support/servers/facenition-faults.js';
import type { Verifier } from '../../core/ports.js';
import { Credential, owningPhotos, type Photo } from '../../core/secrets.js';
import { epochMs } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { createFacenitionVerifier } from '../../face/verifier/facenition.js';
import { readBody } from '../body.js';
import { listen } from '../listen.js';
import { createBodyPools, RequestBudget } from '../request-budget.js';

/*
 * Anyone who takes photos in owns them: no one that is handed them overwrites them, and they are zeros before the answer is there,
 * however it ends.
 */

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** The service elsewhere takes the request, and never answers. */
async function createSilentVerifier(): Promise<Verifier> {
  const { url } = await startFaultServer(() => 'hang before headers');
  const verifier = createFacenitionVerifier({
    url,
    token: new Credential('fst_none'),
    random: systemRandom,
    log: createTextLog(),
    timeouts: { connectMs: 400, headersMs: 100, bodyMs: 100, totalMs: 200 },
    clock: { now: () => epochMs(0) },
  });
  endAfterwards(verifier.close);
  return verifier;
}

const broken = (): Verifier => ({
  ...createTestVerifier(),
  quality: async () => {
    throw new Error('broken');
  },
});

test.each<[string, Uint8Array, () => Verifier | Promise<Verifier>, unknown]>([
  ['a successful call', drawPicture('ada', 1), createTestVerifier, undefined],
  ['a refusal', Buffer.from('crowd'), createTestVerifier, 'face_many'],
  ['an unexpected error', drawPicture('ada', 1), broken, 'internal'],
  ['a timeout', drawPicture('ada', 1), createSilentVerifier, 'upstream_unavailable'],
])('photos are zeroed after %s, and not before', async (_, picture, create, code) => {
  const verifier = await create();
  const taken: Uint8Array[] = [];
  const leftByVerifier: boolean[] = [];
  const server: ApiServer = await startApiServer({
    verifier: {
      ...verifier,
      quality: (photo) => {
        taken.push(photo.use((bytes) => bytes));
        return verifier
          .quality(photo, testShare)
          .finally(() => leftByVerifier.push(!isZero(photo.use((bytes) => bytes))));
      },
    },
  });
  const headers = { 'x-auth-token': (await server.issue()).token };
  const inForm = await server.postForm('/quality', toForm({ photo: picture }), headers);
  const inJson = await server.postJson('/quality', { photo: Buffer.from(picture).toString('base64') }, headers);
  expect([inForm.body.code, inJson.body.code]).toEqual([code, code]);
  expect(leftByVerifier).toEqual([true, true]);
  expect(taken.map(isZero)).toEqual([true, true]);
});

test('photos of a body whose last photo is refused are zeroed', async () => {
  const made: Photo[] = [];
  const app = express();
  app.post('/', async (request, response) => {
    const allowance = new RequestBudget(createBodyPools().clients, 'here', 1024);
    const refusal = await owningPhotos((own) =>
      readBody(request, response, {
        photoLimits: { photo: { atLeast: 1, atMost: 5 } },
        allowance,
        maxBytes: 1024,
        own: (bytes) => {
          const photo = own(bytes);
          made.push(photo);
          return photo;
        },
        onAuthToken: async () => null,
        refuseField: () => new FaceError('request_malformed'),
        ignoresField: () => false,
      }),
    ).catch(toCode);
    response.json({ refusal });
  });
  const { port, stop } = await listen(app, { host: '127.0.0.1', port: 0 });
  endAfterwards(stop);
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ photo: [Buffer.from(drawPicture('ada', 1)).toString('base64'), 'no base64!'] }),
  });
  expect(await answer.json()).toEqual({ refusal: 'photo_invalid' });
  expect(made.map((photo) => photo.use(isZero))).toEqual([true]);
});
