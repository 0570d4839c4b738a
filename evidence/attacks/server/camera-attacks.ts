import { asSession } from './credentials.js';
import { eachRefused, type Hostile, one } from './hostile.js';
import { type Film, lendCamera, openPage, takeFrames, toFramesRequest } from './page.js';
import type { Request } from './request.js';
import type { Stage } from './stage.js';
import { startStepUp, type Victims } from './victims.js';

/** Attacks by a phone that lends its camera. Only the browser that started the step-up may get the receipt. */
export function cameraAttacks(stage: Stage, { inFilm: { subject } }: Victims, film: Film): readonly Hostile[] {
  const { caller } = stage;
  const passAsCamera = async (mark: string) => {
    const { ticket } = await startStepUp(stage, { connection: 'okta', subject, audience: 'siege' });
    const { session } = await openPage(caller, ticket);
    const camera = await lendCamera(caller, session);
    return { camera, parts: await takeFrames(caller, { session: camera, film, mark }) };
  };
  const sendFrames = async (): Promise<Request> => {
    const { camera, parts } = await passAsCamera('camera frames');
    return toFramesRequest(camera, parts);
  };
  const askAfter = async (): Promise<Request> => {
    const { camera, parts } = await passAsCamera('camera session');
    await caller.call(toFramesRequest(camera, parts));
    return { method: 'GET', path: '/face/session', headers: asSession(camera), body: null };
  };
  const judge = eachRefused(({ text }) => text.includes('"receipt":"'));
  const rows = [
    ['POST /face/frames', 'passes the check', sendFrames],
    ['GET /face/session', 'asks after the check', askAfter],
  ] as const;
  return rows.map(([endpoint, does, make]) => ({
    ...({ endpoint, class: 'wrong role', weight: 'face', judge } as const),
    variant: `the phone of a hand-off ${does}`,
    wires: async () => one(await make()),
  }));
}
