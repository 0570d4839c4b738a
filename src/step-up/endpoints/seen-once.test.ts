import { expect, test } from '@jest/globals';
import { beginAgreed, draw, startCapture } from '../../../support/benches/capture-bench.js';
import type { openPage } from '../../../support/benches/capture-page.js';
import { testShare } from '../../../support/data/share.js';
import { countExaminations } from '../../../support/fakes/counted.js';
import { createTestSight, createTestVerifier, drawPicture } from '../../../support/fakes/embedded.js';
import { createSimulatedEngine } from '../../../support/fakes/simulated-engine.js';
import { createSimulatedJudge } from '../../../support/fakes/simulated-judge.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { AnalysisCache } from '../../core/ports.js';
import type { Engine, FaceAnalysis } from '../../face/engine/engine.js';
import { checkFrame } from '../../face/engine/picture-header.js';

/*
 * Judge and verifier look at the same pictures of the capture page, and so does anyone who compares them with a document:
 * each is examined once, and nothing of it is left when the answer is there.
 */

let server: ApiServer;
const given: FaceAnalysis[] = [];
const pictures: Uint8Array[] = [];
const work = { examined: 0 };

async function startWith({ checkFrame }: Partial<Pick<AnalysisCache, 'checkFrame'>> = {}): Promise<void> {
  const simulated = createSimulatedEngine();
  const remembering: Engine = {
    ...simulated,
    async examine(photo, signals) {
      pictures.push(photo.use((bytes) => bytes));
      const examination = await simulated.examine(photo, signals, testShare);
      given.push(examination);
      return examination;
    },
  };
  const engine = countExaminations(remembering, work);
  const ports = {
    verifier: createTestVerifier(engine),
    judge: createSimulatedJudge(engine),
    analysisCache: { ...createTestSight(engine), ...(checkFrame === undefined ? {} : { checkFrame }) },
  };
  ({ server } = await startCapture({ referencePhoto: true }, ports));
}

const open = async (path: '/step-ups' | '/invitations') =>
  (await beginAgreed(server, path === '/invitations' ? { purpose: 'enrol' } : {}, path)).page;

/** Sends frames. @returns how it ended, how many examinations that took, and whether anything is left of them */
async function check(
  page: ReturnType<typeof openPage>,
  takePicture: Parameters<ReturnType<typeof openPage>['takeFrames']>[0],
  fields: Parameters<ReturnType<typeof openPage>['check']>[1] = {},
) {
  const { nonce, photos } = await page.takeFrames(takePicture);
  work.examined = 0;
  given.splice(0);
  pictures.splice(0);
  const { body } = await page.send({ nonce, photo: photos, ...fields });
  const embeddings = given.filter(({ embedding }) => embedding?.use((values) => values.some((value) => value !== 0)));
  const photosLeft = pictures.filter((bytes) => bytes.some((byte) => byte !== 0));
  const left = embeddings.length + photosLeft.length;
  return { outcome: body.outcome ?? body.code, examined: work.examined, left };
}

async function enrol(): Promise<void> {
  const page = await open('/invitations');
  expect(await check(page, draw('ada'), { reference: drawPicture('ada', 9) })).toEqual({
    outcome: 'passed',
    examined: 19,
    left: 0,
  });
}

test('a step-up examines each of its frames and looks once, for any person and outcome', async () => {
  await startWith();
  await enrol();
  const all = 3 + 15;
  const takes: [string, number, (movement: string, index: number) => Uint8Array][] = [
    ['try_again', all, draw('eve')],
    ['try_again', all, draw('ada', 0.02)],
    // After an unusable frame, no look is examined.
    ['try_again', 3, (movement, index) => draw(index === 1 ? '' : 'ada')(movement)],
    ['passed', all, draw('ada')],
  ];
  const page = await open('/step-ups');
  for (const [outcome, examined, take] of takes)
    expect(await check(page, take)).toEqual({ outcome, examined, left: 0 });
});

test('frames that the capture page cannot have taken are refused before any is examined', async () => {
  await startWith({ checkFrame: (photo) => photo.use(checkFrame) });
  const page = await open('/step-ups');
  expect(await check(page, draw('ada'))).toEqual({ outcome: 'try_again', examined: 0, left: 0 });
});
