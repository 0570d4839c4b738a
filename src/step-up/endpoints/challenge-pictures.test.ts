import { beforeEach, expect, test } from '@jest/globals';
import { beginAgreed, draw, startCapture } from '../../../support/benches/capture-bench.js';
import type { openPage } from '../../../support/benches/capture-page.js';
import { encryptTo } from '../../../support/browser/page-client.js';
import { toPhoto } from '../../../support/data/pictures.js';
import { createTestSight, createTestVerifier, drawPicture } from '../../../support/fakes/embedded.js';
import { createSimulatedEngine } from '../../../support/fakes/simulated-engine.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { EncryptedPictures } from '../../core/ports.js';
import type { Engine } from '../../face/engine/engine.js';
import { createPictureDecryption } from '../../face/engine/picture-decryption.js';
import { describePicture } from '../../face/engine/picture-header.js';

/* The pictures of the capture page, encrypted to the process that parses them. Engine and judge are simulated. */

let server: ApiServer;

beforeEach(async () => {
  const { publicKey, decrypt } = await createPictureDecryption();
  const simulated = createSimulatedEngine();
  const examine: Engine['examine'] = async (photo, signals, share) => {
    const bytes = photo.use((each) => Uint8Array.from(each));
    return simulated.examine(toPhoto(await decrypt({ photo: bytes, encryption: photo.encrypted })), signals, share);
  };
  const engine = { ...simulated, examine };
  const open: EncryptedPictures['open'] = (photos, contentKeys, context) =>
    Promise.all(
      photos.map(async (photo) => {
        const encryption = { contentKey: contentKeys[publicKey]!, context };
        const picture = await decrypt({ photo: photo.use((bytes) => Uint8Array.from(bytes)), encryption });
        return photo.withDescription({ ...encryption, ...describePicture(picture), refusal: null });
      }),
    );
  const live = { presence: 'any', pass: true, reasons: [], measurements: [], liveness: 1, hint: null };
  const seeing = { judge: { judge: async () => live }, analysisCache: createTestSight(engine) };
  const ports = {
    verifier: createTestVerifier(engine),
    ...seeing,
    encryptedPictures: { keys: async () => [publicKey], open },
  };
  ({ server } = await startCapture({ referencePhoto: true }, ports));
});

const enrolling = async () => (await beginAgreed(server, { purpose: 'enrol' }, '/invitations')).page;

/** Takes pictures, and sends them encrypted with the nonce `of`, or as they are. */
async function send(page: ReturnType<typeof openPage>, of?: (nonce: string) => string | null) {
  const { nonce, photos } = await page.takeFrames(draw('ada'));
  const keys = (await page.get('/face/picture-keys')).body.keys as string[];
  const pictures = [...photos, drawPicture('ada', 9)].map((each) => Uint8Array.from(each));
  const context = of === undefined ? nonce : of(nonce);
  const sent = await encryptTo(context === null ? [] : keys, pictures, context ?? '');
  const photo = sent.photos.slice(0, -1);
  const { contentKeys } = sent;
  return page.send({ nonce, photo, reference: sent.photos.at(-1)!, ...(contentKeys === null ? {} : { contentKeys }) });
}

test('a check passes with pictures that this process cannot read, a document’s photo among them', async () => {
  expect((await send(await enrolling())).body).toMatchObject({ outcome: 'passed' });
});

test('unencrypted pictures, and those of another check, are refused, and the check stays open', async () => {
  const page = await enrolling();
  expect(await send(page, () => null)).toMatchObject({
    status: 400,
    body: { code: 'request_malformed', field: 'contentKeys' },
  });
  expect((await send(page, () => 'another')).body).toMatchObject({ code: 'challenge_wrong' });
  expect((await page.lookAtReference(drawPicture('ada', 9))).body).toMatchObject({ code: 'request_malformed' });
  expect((await send(page)).body).toMatchObject({ outcome: 'passed' });
});
