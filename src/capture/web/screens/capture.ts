import { type Camera, checkCameraSupport, isCameraAllowed, openCamera } from '../camera.js';
import { actions, button, paragraph } from '../dom.js';
import type { Guide } from '../guidance/index.js';
import type { Change } from '../state.js';
import { decline, type Step, type Tools } from '../step.js';
import { performChallenge } from './challenge.js';
import { type Framed, frameFace } from './framing.js';
import { createStage } from './stage.js';

/**
 * From the question for the camera to the pictures of a whole challenge. The camera runs only here: however this ends,
 * it is turned off, and another try opens it anew.
 */
export const capture: Step = async (_view, { isCameraAsked }, tools) => {
  checkCameraSupport();
  if (!isCameraAsked && !(await isCameraAllowed())) return askForCamera(tools);
  tools.page.show((words) => ({
    screen: 'permission',
    heading: words.permission.heading,
    body: [paragraph(words.permission.text, 'lead')],
  }));
  const guide = loadGuide();
  let camera = await openCamera(null);
  try {
    let framed = await watch(camera, guide, tools);
    while (typeof framed !== 'string') {
      camera.stop();
      camera = await openCamera(framed.deviceId);
      framed = await watch(camera, guide, tools);
    }
    if (framed === 'decline') return await decline(tools);
    const stage = createStage(camera.video);
    const challenge = performChallenge({ camera, stage, guide: await guideNow(guide) }, tools);
    return { frames: await Promise.race([challenge, camera.lost, tools.interrupted]) };
  } finally {
    camera.stop();
    void guide.then((loaded) => loaded?.close());
  }
};

async function askForCamera(tools: Tools): Promise<Change> {
  const isWanted = await tools.page.ask<boolean>((words, choose) => ({
    screen: 'permission',
    heading: words.permission.heading,
    body: [
      paragraph(words.permission.text, 'lead'),
      actions(
        button('plain', words.permission.action, () => choose(true)),
        button('faint', words.cannot, () => choose(false)),
      ),
    ],
  }));
  return isWanted ? { isCameraAsked: true } : decline(tools);
}

const watch = (camera: Camera, guide: Promise<Guide | null>, tools: Tools): Promise<Framed> =>
  Promise.race([frameFace(camera, guide, tools), camera.lost, tools.interrupted]);

/** The guidance with its models; `null` where they can't be loaded: the server judges without it. */
async function loadGuide(): Promise<Guide | null> {
  try {
    const { createGuide } = await import('../guidance/index.js');
    return await createGuide();
  } catch {
    return null;
  }
}

/** The guidance if it is there by now: nobody who wants to start waits for it. */
const guideNow = (guide: Promise<Guide | null>): Promise<Guide | null> => Promise.race([guide, Promise.resolve(null)]);
