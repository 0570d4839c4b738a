import type { DeviceSignals } from '../../../src/core/device-signals.js';
import { ahead } from '../ahead.js';
import { cameraMemory, lightMemory } from '../browser-memory.js';
import {
  type Camera,
  checkCameraSupport,
  isCameraAllowed,
  lastCamera,
  openCamera,
  stopCameraAhead,
} from '../camera.js';
import { openDeviceKey } from '../device-key.js';
import { actions, button, paragraph } from '../dom.js';
import { fillScreen } from '../full-screen.js';
import { guideAhead } from '../guidance/ahead.js';
import type { Guide } from '../guidance/create-guide.js';
import { checkPictures, watchLooks } from '../picture.js';
import { type Change, type Facts, type Frames, mayUsePhone } from '../state.js';
import { type Step, stillHere, type Tools } from '../step.js';
import type { View } from '../view.js';
import { beginChallenge, performChallenge } from './challenge.js';
import { explainFlashes, flashesId, flashWarning } from './consent.js';
import { type Framed, frameFace } from './framing.js';
import { lightAnswers, planLight } from './light-plan.js';

export const capture: Step = async (view, facts, tools) => {
  checkCameraSupport();
  const { isLit, isRemembered, isLightNew } = planLight(view, facts);
  const needsCamera = !facts.isCameraAsked && !(await isCameraAllowed());
  if (needsCamera || isLightNew) {
    stopCameraAhead();
    return prepare({ view, facts, isLit, needsCamera }, tools);
  }
  if (view.deviceKeyWanted) tools.api.deviceKey ??= await openDeviceKey();
  const isPhoneOffered = mayUsePhone(facts, view);
  const taken = await takeFrames({ isLit, isLightSkippable: isRemembered, isPhoneOffered }, tools);
  if (taken === 'phone') return { place: 'phone' };
  return taken === 'unlit' ? skipLight(view, facts, tools) : taken;
};

function skipLight(view: View, { isKiosk }: Facts, tools: Tools): Promise<Change> | Change {
  if (view.light === 'demanded') return explainFlashes(view, tools);
  if (!isKiosk) lightMemory.write(lightAnswers.skipped);
  return { isCameraAsked: true, withoutLight: true };
}

/** Limit of lost faces, so that they do not use up all challenges of the step-up. */
const mostPauses = 3;

/**
 * Opens the camera, frames the face and performs a challenge. If the face is lost, framing continues and another
 * challenge starts, without a failed attempt. The camera is always stopped at the end.
 * @throws Problem
 */
export async function takeFrames(
  options: { readonly isLit: boolean; readonly isLightSkippable: boolean; readonly isPhoneOffered: boolean },
  tools: Tools,
): Promise<{ readonly frames: Frames; readonly device: DeviceSignals } | 'phone' | 'unlit'> {
  checkCameraSupport();
  checkPictures();
  tools.page.show((words) => ({
    screen: 'permission',
    heading: words.permission.heading,
    body: [paragraph(words.permission.text, 'lead')],
  }));
  // Request full screen first: browsers allow it only soon after a press, and the user pressed a button on the previous
  // screen.
  const fullScreen = options.isLit ? fillScreen() : null;
  const opening = lastCamera.take();
  const guide = guideAhead.take();
  const challenge = ahead(() => beginChallenge(tools, null));
  let camera: Camera | null = null;
  try {
    camera = await opening;
    let looks = watchLooks(camera.video);
    for (let pauses = 0; ; ) {
      const running = camera;
      const framed: Framed = await whileRunning(running, tools, (ended) =>
        frameFace({ ...options, camera: running, guide, challenge, looks, ended }, tools),
      );
      if (framed === 'phone' || framed === 'unlit') return framed;
      if (framed !== 'start' && framed !== 'ahead') {
        camera.stop();
        camera = await openCamera(framed.deviceId);
        looks = watchLooks(camera.video);
        cameraMemory.write(framed.deviceId);
        continue;
      }
      const loaded = await guideNow(guide);
      const mayPause = pauses < mostPauses;
      const frames = await whileRunning(running, tools, (ended) =>
        performChallenge(
          {
            video: running.video,
            guide: loaded,
            isAhead: framed === 'ahead',
            challenge,
            looks,
            fullScreen,
            mayPause,
            ended,
          },
          tools,
        ),
      );
      if (frames !== null) return { frames, device: running.device };
      pauses += 1;
    }
  } finally {
    fullScreen?.leave();
    camera?.stop();
    void guide.then((loaded) => loaded?.close());
  }
}

interface Preparation {
  readonly view: View;
  readonly facts: Facts;
  readonly isLit: boolean;
  readonly needsCamera: boolean;
}

/** Shows one screen that asks for the camera and announces flashing colors, before either is used. */
async function prepare({ view, facts, isLit, needsCamera }: Preparation, tools: Tools): Promise<Change> {
  const choice = await tools.page.ask<'start' | 'unlit' | 'phone'>((words, choose) => {
    const go = button('plain', needsCamera ? words.permission.action : words.next, () => choose('start'));
    const calm = button('quiet', words.framing.withoutFlashes, () => choose('unlit'));
    if (isLit) go.setAttribute('aria-describedby', flashesId);
    const isCalmFirst = view.light === 'offered' && matchMedia('(prefers-reduced-motion: reduce)').matches;
    return {
      screen: 'permission',
      heading: needsCamera ? words.permission.heading : words.permission.getReady,
      body: [
        needsCamera ? paragraph(words.permission.text, 'lead') : null,
        isLit ? flashWarning(words) : null,
        actions(
          ...(isCalmFirst ? [calm, go] : [go, isLit ? calm : null]),
          mayUsePhone(facts, view) ? button('faint', words.usePhone, () => choose('phone')) : null,
        ),
      ],
    };
  });
  if (choice === 'phone') return { place: 'phone' };
  if (choice === 'unlit') return skipLight(view, facts, tools);
  if (isLit && !facts.isKiosk) lightMemory.write(lightAnswers.accepted);
  return { isCameraAsked: true, isLightAccepted: isLit };
}

/**
 * Runs work, and rejects if the camera stops, or the step is interrupted.
 * @param work - its signal aborts at the end
 */
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

/** Returns the guide if it is already loaded, otherwise `null`, so that no user waits for it. */
const guideNow = (guide: Promise<Guide | null>): Promise<Guide | null> => Promise.race([guide, Promise.resolve(null)]);
