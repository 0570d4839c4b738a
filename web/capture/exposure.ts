import { z } from 'zod/mini';
import { sleep } from './step.js';
import './zod-settings.js';

/* Holds the exposure, because cameras would compensate for the screen's light. Safari does not support this. */

const modes = z.optional(z.array(z.string()));

/**
 * Capabilities of cameras that TypeScript's DOM types lack.
 * @see https://www.w3.org/TR/image-capture/#mediatrackcapabilities-section
 */
const capabilitiesGuard = z.object({ exposureMode: modes, whiteBalanceMode: modes });

type Mode = 'manual' | 'continuous';
type Held = keyof z.output<typeof capabilitiesGuard>;

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

/**
 * Longest wait until exposure is automatic again. Without this, some drivers would keep the fixed exposure after the
 * camera stops.
 */
const releasedWithinMs = 500;

export interface Exposure {
  hold(): void;
  isHeld(): boolean;
  /** Resolves when exposure is automatic again, or cannot be changed. */
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
