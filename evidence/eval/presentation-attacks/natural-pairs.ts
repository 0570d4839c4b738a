import type { Landmarks, Pose } from '../../../src/engine/engine.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { FaceError } from '../../../src/errors.js';
import { face, people } from '../../../test/faces.js';
import { modelsFolder } from '../../../test/paths.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { type Half, toHalf } from '../../corpus/split.js';

/** Maximum number of photos per person, so that no one dominates. */
const photosOfOne = 8;

export interface Seen {
  readonly pose: Pose;
  readonly landmarks: Landmarks;
}

export interface NaturalPair {
  readonly frontal: Seen;
  readonly other: Seen;
}

export async function readNaturalPairs(say: (line: string) => void): Promise<Record<Half, readonly NaturalPair[]>> {
  const pool = await createEnginePool({ modelsFolder, queueLimit: 64 });
  const persons = people().filter(({ photos }) => photos > 1);
  const pairs: Record<Half, NaturalPair[]> = { fit: [], judge: [] };
  const lookAt = async (person: string, number: number): Promise<Seen[]> => {
    try {
      const { pose, landmarks } = await pool.examine(toPhoto(face(person, number)), ['pose', 'landmarks'], testShare);
      return pose === null || landmarks === null ? [] : [{ pose, landmarks }];
    } catch (error) {
      if (error instanceof FaceError) return [];
      throw error;
    }
  };
  const queue = persons.entries();
  const work = async (): Promise<void> => {
    for (const [at, { person, photos }] of queue) {
      const numbers = Array.from({ length: Math.min(photos, photosOfOne) }, (_, index) => index + 1);
      const seen = (await Promise.all(numbers.map((number) => lookAt(person, number)))).flat();
      for (const frontal of seen.filter(({ pose }) => Math.abs(pose.yawDeg) < 15))
        for (const other of seen) if (other !== frontal) pairs[toHalf(person)].push({ frontal, other });
      if ((at + 1) % 200 === 0) say(`${at + 1} of ${persons.length} people`);
    }
  };
  await Promise.all([work(), work()]);
  await pool.close();
  return pairs;
}
