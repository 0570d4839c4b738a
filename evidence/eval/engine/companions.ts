import { Photo } from '../../../src/core/concealed.js';
import { minCompanionShare } from '../../../src/engine/choose-face.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { face, people } from '../../../test/faces.js';
import { modelsFolder } from '../../../test/paths.js';
import { testShare } from '../../../test/share.js';
import type { EvalProgram } from '../program.js';

const round = (value: number): number => Number(value.toFixed(4));

/** Measures how often photos show a second face, and whether the widest face is the photo's person. */
export const companions: EvalProgram = {
  about: 'second faces in evaluation photos, by their width as a share of the widest',
  async run(say) {
    const pool = await createEnginePool({ modelsFolder, queueLimit: 64 });
    const ids = people().flatMap(({ person, photos }) =>
      Array.from({ length: photos }, (_, at) => ({ person, number: at + 1 })),
    );
    const found: { share: number; isWidestCentral: boolean }[] = [];
    let none = 0;
    let next = 0;
    const work = async (): Promise<void> => {
      for (let at = next++; at < ids.length; at = next++) {
        const { faces, widthPx, heightPx } = await pool.detect(
          new Photo(face(ids[at].person, ids[at].number)),
          testShare,
        );
        if (faces.length === 0) none += 1;
        else {
          const distances = faces.map(({ box }) =>
            Math.hypot(box.x + box.width / 2 - widthPx / 2, box.y + box.height / 2 - heightPx / 2),
          );
          const share = faces.length > 1 ? faces[1].box.width / faces[0].box.width : 0;
          found.push({ share, isWidestCentral: distances[0] === Math.min(...distances) });
        }
        if ((at + 1) % 1000 === 0) say(`${at + 1} of ${ids.length} photos`);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    await pool.close();
    return {
      photos: ids.length,
      withoutFace: none,
      withSecondFace: found.filter(({ share }) => share > 0).length,
      inUse: minCompanionShare,
      shares: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((share) => ({
        share,
        refused: round(found.filter((each) => each.share >= share).length / ids.length),
        takenButNotCentral: found.filter((each) => each.share < share && !each.isWidestCentral).length,
      })),
    };
  },
};
