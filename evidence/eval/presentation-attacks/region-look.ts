import type { Engine, Landmarks } from '../../../src/engine/engine.js';
import { readPicture } from '../../../test/face-video/index.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { withoutRefusal } from './heads.js';
import { type RegionReadings, readRegions } from './light-regions.js';

export interface RegionLook {
  readonly readings: RegionReadings;
  readonly landmarks: Landmarks;
}

/** `null` unless the picture has exactly one face. */
export const lookAtRegions = (engine: Engine, bytes: Uint8Array): Promise<RegionLook | null> =>
  withoutRefusal(async () => {
    const { face, landmarks } = await engine.examine(toPhoto(bytes), ['landmarks'], testShare);
    if (landmarks === null) throw new Error('The engine left out the landmarks.');
    return { readings: readRegions(await readPicture(bytes), face.box, landmarks), landmarks };
  });
