import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { beginAgreed, startCapture, who } from '../../../support/benches/capture-bench.js';
import { createVisit, startVendorBench } from '../../../support/benches/vendor-bench.js';
import { twicePhotographed } from '../../../support/data/crafted-pictures.js';
import { createTestSight, createTestVerifier } from '../../../support/fakes/embedded.js';
import { forFile } from '../../../support/run/for-file.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';
import { clientScopes } from '../../access/scopes.js';
import { createEnginePool } from '../../face/engine/pool.js';

/* Photos that a program turned by 90°, 180° or 270°, at each endpoint that takes a photo, with the real engine. */

const turn = (photo: Uint8Array, degrees: number): Promise<Buffer> => sharp(photo).rotate(degrees).jpeg().toBuffer();

const upright = await twicePhotographed(1);
const engine = await forFile(createEnginePool({ modelsFolder, workers: 1, queueLimit: 100 }));
// Different parts of another photo, because a copy is refused however it is turned.
const { person } = await loadPictures();
const parts = await Promise.all(
  [0, 24, 48].map((left) => sharp(person[1]).extract({ left, top: left, width: 420, height: 560 }).toBuffer()),
);
const turned: Buffer[] = await Promise.all(parts.map((part, at) => turn(part, 90 * (at + 1))));

const realPorts = () => ({ verifier: createTestVerifier(engine), analysisCache: createTestSight(engine) });

const enrolOf = (server: ApiServer) => ({
  ...who,
  consentStatement: 'v1',
  consentGivenAt: new Date(server.clock.now()).toISOString(),
  photo: upright,
});

test.each(['none', 'all'] as const)('with replay “%s”, the API accepts turned photos', async (replay) => {
  const { server } = await startCapture({ liveness: 'off' }, realPorts());
  const auth = { 'x-auth-token': (await server.issue(clientScopes, 'acme', replay)).token };
  const post = async (path: string, fields: Parameters<typeof toForm>[0]) =>
    (await server.postForm(path, toForm(fields), auth)).body;
  const { token } = await post('/generate', { photo: upright });
  await post('/enrolments', enrolOf(server));
  const accepted = [];
  for (const photo of turned) {
    const { id, challenge } = (await server.postJson('/step-ups', { ...who, audience: 'shop' }, auth)).body;
    accepted.push({
      authenticated: (await post('/authenticate', { token: String(token), photo })).authenticated,
      stepUp: (await post(`/step-ups/${id}/photos`, { challenge: String(challenge), photo })).state,
    });
  }
  expect(accepted).toEqual(turned.map(() => ({ authenticated: true, stepUp: 'passed' })));
  if (replay === 'none') return;
  // A copy of an accepted photo that is turned differently.
  const copy = await post('/authenticate', { token: String(token), photo: await turn(turned[0]!, 90) });
  expect(copy.code).toBe('photo_replayed');
});

test('a turned photo of a document is compared with the face', async () => {
  const passing = async () => ({
    presence: 'none',
    pass: true,
    reasons: [],
    measurements: [],
    liveness: 1,
    hint: null,
  });
  const { server } = await startCapture({ referencePhoto: true }, { ...realPorts(), judge: { judge: passing } });
  const { page } = await beginAgreed(server, { purpose: 'enrol' }, '/invitations');
  const { nonce, photos } = await page.takeFrames(() => Buffer.concat([upright, randomBytes(8)]));
  expect((await page.send({ nonce, photo: photos, reference: turned[0]! })).body.outcome).toBe('passed');
});

test('a turned photo of a liveness vendor is compared with the token', async () => {
  const bench = await startVendorBench({}, realPorts());
  const auth = { 'x-auth-token': (await bench.server.issue()).token };
  expect((await bench.server.postForm('/enrolments', toForm(enrolOf(bench.server)), auth)).status).toBe(201);
  const { page } = await beginAgreed(bench.server);
  const visit = createVisit(page, bench);
  const { nonce, session } = await visit.start();
  bench.rekognition.finish(session, { picture: turned[0]! });
  expect((await visit.finish(nonce)).outcome).toBe('passed');
});
