import { z } from 'zod/mini';
import { sleep } from './step.js';
import './zod-settings.js';

/*
 * Cameras follow the light: what the screen adds, they take away again. Some let a page hold them. Chrome does on Android and
 * where the driver of a computer's camera does, Safari never, older browsers do not even tell: nothing depends on it.
 */

const modes = z.optional(z.array(z.string()));

/** Not among the types of the DOM yet. @see https://www.w3.org/TR/image-capture/#mediatrackcapabilities-section */
const capabilitiesGuard = z.object({ exposureMode: modes, whiteBalanceMode: modes });

type Mode = 'manual' | 'continuous';
type Held = keyof z.output<typeof capabilitiesGuard>;

/** What of it the camera lets a page hold, and take up again. */
function holdable(track: MediaStreamTrack): readonly Held[] {
  if (!('getCapabilities' in track)) return [];
  const found = capabilitiesGuard.safeParse(track.getCapabilities());
  if (!found.success) return [];
  const { data } = found;
  return (['exposureMode', 'whiteBalanceMode'] as const).filter(
    (name) => data[name]?.includes('manual') && data[name].includes('continuous'),
  );
}

async function setAll(track: MediaStreamTrack, held: readonly Held[], mode: Mode): Promise<void> {
  if (held.length === 0) return;
  const advanced = held.map((name) => ({ [name]: mode }));
  await track.applyConstraints({ ...track.getConstraints(), advanced });
}

/** Some drivers keep what was set for the next program. Past this time the camera is turned off all the same. */
const releasedWithinMs = 500;

/** Lets a camera hold its exposure and its white balance where it can. */
export interface Exposure {
  hold(): void;
  isHeld(): boolean;
  /** Resolves when the camera follows the light again, or will not say. */
  release(): Promise<unknown>;
}

export function createExposure(track: MediaStreamTrack): Exposure {
  let held: readonly Held[] = [];
  let setting: Promise<unknown> = Promise.resolve();
  return {
    hold() {
      held = holdable(track);
      setting = setAll(track, held, 'manual').catch(() => {});
    },
    isHeld: () => held.length > 0,
    release() {
      const released = setting.then(() => setAll(track, held, 'continuous')).catch(() => {});
      return Promise.race([released, sleep(releasedWithinMs)]);
    },
  };
}
