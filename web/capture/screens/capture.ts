import type { DeviceSignals } from '../../../src/core/step-up/device-signals.js';
import { cameraMemory } from '../browser-memory.js';
import { type Camera, checkCameraSupport, isCameraAllowed, openCamera, openLastCamera } from '../camera.js';
import { actions, button, paragraph } from '../dom.js';
import { fillScreen } from '../full-screen.js';
import { takeGuide } from '../guidance/ahead.js';
import type { Guide } from '../guidance/index.js';
import { checkPictures } from '../picture.js';
import { type Change, type Frames, lightOf } from '../state.js';
import { type Step, stillHere, type Tools } from '../step.js';
import type { View } from '../view.js';
import { performChallenge } from './challenge.js';
import { explainFlashes } from './flashes.js';
import { type Framed, frameFace } from './framing.js';

/** Runs the capture from camera permission to the pictures of a challenge. */
export const capture: Step = async (view, facts, tools) => {
  checkCameraSupport();
  if (!facts.isCameraAsked && !(await isCameraAllowed())) return askForCamera(tools);
  const light = lightOf(view, facts);
  const taken = await takeFrames(light, tools);
  if (taken === null) return explainFlashes(view, tools);
  const { frames, device, isLit } = taken;
  // A retry stays without light.
  return { frames, device, withoutLight: facts.withoutLight || (light === 'offered' && !isLit) };
};

interface Taken {
  readonly frames: Frames;
  readonly device: DeviceSignals;
  readonly isLit: boolean;
}

/**
 * Opens the camera, frames the face and performs a challenge. The camera is always stopped at the end.
 * @throws Problem
 */
export async function takeFrames(light: View['light'], tools: Tools): Promise<Taken | null> {
  checkCameraSupport();
  checkPictures();
  tools.page.show((words) => ({
    screen: 'permission',
    heading: words.permission.heading,
    body: [paragraph(words.permission.text, 'lead')],
  }));
  const guide = takeGuide();
  let camera = await openLastCamera();
  try {
    const frame = (): Promise<Framed> =>
      whileRunning(camera, tools, (ended) => frameFace({ camera, guide, light, ended }, tools));
    let framed = await frame();
    while (typeof framed !== 'string') {
      camera.stop();
      camera = await openCamera(framed.deviceId);
      cameraMemory.write(framed.deviceId);
      framed = await frame();
    }
    const isLit = framed === 'lit';
    if (light === 'demanded' && !isLit) return null;
    const fullScreen = isLit ? fillScreen() : null;
    try {
      const loaded = await guideNow(guide);
      const frames = await whileRunning(camera, tools, (ended) =>
        performChallenge({ video: camera.video, guide: loaded, fullScreen, ended }, tools),
      );
      return { frames, device: camera.device.read(), isLit };
    } finally {
      fullScreen?.leave();
    }
  } finally {
    camera.stop();
    void guide.then((loaded) => loaded?.close());
  }
}

async function askForCamera({ page }: Tools): Promise<Change> {
  await page.ask<null>((words, choose) => ({
    screen: 'permission',
    heading: words.permission.heading,
    body: [
      paragraph(words.permission.text, 'lead'),
      actions(button('plain', words.permission.action, () => choose(null))),
    ],
  }));
  return { isCameraAsked: true };
}

/** @param work - runs until the camera stops or the check's time is over */
async function whileRunning<Result>(
  camera: Camera,
  tools: Tools,
  work: (ended: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController();
  try {
    await stillHere(tools);
    return await Promise.race([work(ended.signal), camera.lost, tools.interrupted]);
  } finally {
    ended.abort();
  }
}

/** Returns the guide only if already loaded, so that no user waits for it. */
const guideNow = (guide: Promise<Guide | null>): Promise<Guide | null> => Promise.race([guide, Promise.resolve(null)]);
