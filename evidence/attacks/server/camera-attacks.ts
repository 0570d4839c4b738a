import { asSession } from './credentials.js';
import { lendCamera } from './hand-off.js';
import { eachRefused, type Hostile } from './hostile.js';
import { type Film, openPage, takeFrames, toFramesRequest } from './page.js';
import { toBytes } from './request.js';
import { atOnce } from './socket.js';
import type { Stage } from './stage.js';
import { startStepUp, type Victims } from './victims.js';

/** Attacks by a phone that lends its camera. Only the browser that started the step-up may get the receipt. */
export function cameraAttacks(stage: Stage, { inFilm: { subject } }: Victims, film: Film): readonly Hostile[] {
  const { caller } = stage;
  const passAsCamera = async (mark: string) => {
    const { ticket } = await startStepUp(stage, { connection: 'workforce', subject, audience: 'siege' });
    const { session } = await openPage(caller, ticket);
    const camera = await lendCamera(caller, session);
    return { camera, parts: await takeFrames(caller, { session: camera, film, mark }) };
  };
  const told = eachRefused(({ answer }) => answer !== null && /"receipt":"/.test(answer.text));
  const common = { class: 'wrong role', weight: 'face', judge: told } as const;
  return [
    {
      ...common,
      endpoint: 'POST /face/frames',
      variant: 'the phone of a hand-off passes the check',
      async wires() {
        const { camera, parts } = await passAsCamera('camera frames');
        return [atOnce(toBytes(toFramesRequest(camera, parts)))];
      },
    },
    {
      ...common,
      endpoint: 'GET /face/session',
      variant: 'the phone of a hand-off asks after the check',
      async wires() {
        const { camera, parts } = await passAsCamera('camera session');
        await caller.call(toFramesRequest(camera, parts));
        const request = { method: 'GET', path: '/face/session', headers: asSession(camera), body: null };
        return [atOnce(toBytes(request))];
      },
    },
  ];
}
