import { Photo } from '../../../src/core/concealed.js';
import { minCompanionShare } from '../../../src/face/engine/choose-face.js';
import { face, people } from '../../../test/faces.js';
import { testShare } from '../../../test/share.js';
import { mapConcurrently, withEngine } from '../presentation-attacks/heads.js';
import type { EvalProgram } from '../program.js';

const round = (value: number): number => Number(value.toFixed(4));

/** Measures how often photos show a second face, and whether the widest face is the photo's person. */
export const companions: EvalProgram = {
  about: 'second faces in evaluation photos, by their width as a share of the widest',
  run: (say) =>
    withEngine(async (engine) => {
      const photos = people().flatMap((each) =>
        Array.from({ length: each.photos }, (_, at) => ({ person: each.person, number: at + 1 })),
      );
      const seen = await mapConcurrently(photos, async ({ person, number }, at) => {
        const { faces, widthPx, heightPx } = await engine.detect(new Photo(face(person, number)), testShare);
        if ((at + 1) % 1000 === 0) say(`${at + 1} of ${photos.length} photos`);
        if (faces.length === 0) return null;
        const distances = faces.map(({ box }) =>
          Math.hypot(box.x + box.width / 2 - widthPx / 2, box.y + box.height / 2 - heightPx / 2),
        );
        const share = faces.length > 1 ? faces[1].box.width / faces[0].box.width : 0;
        return { share, isWidestCentral: distances[0] === Math.min(...distances) };
      });
      const found = seen.filter((each) => each !== null);
      return {
        photos: photos.length,
        withoutFace: photos.length - found.length,
        withSecondFace: found.filter(({ share }) => share > 0).length,
        inUse: minCompanionShare,
        shares: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((share) => ({
          share,
          refused: round(found.filter((each) => each.share >= share).length / photos.length),
          takenButNotCentral: found.filter((each) => each.share < share && !each.isWidestCentral).length,
        })),
      };
    }),
};
