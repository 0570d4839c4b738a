import sharp from 'sharp';
import { toHalf } from '../../../src/extensions/measuring/corpus/corpus.js';
import { chooseFace } from '../../../src/face/engine/choose-face.js';
import type { Picture } from '../../../src/face/engine/picture.js';
import { createPipeline } from '../../../src/face/engine/pipeline.js';
import { face, people } from '../../../test/faces.js';
import { modelsFolder } from '../../../test/paths.js';
import type { EvalProgram } from '../program.js';

const widthsPx = [16, 20, 24, 28, 32, 40, 48, 64, 80];
const sampled = 300;
/** Cosine threshold that 1 in 10,000 impostor pairs exceeds (`npm run eval -- --judge all`). */
const threshold = 0.41;

const cosine = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at], 0);
const round = (value: number): number => Number(value.toFixed(4));

/** Measures the minimum face width, by shrinking photos step by step. */
export const faceWidth: EvalProgram = {
  about: 'what narrow faces cost: photos shrunk until the face is so many pixels wide',
  async run(say) {
    const pipeline = await createPipeline(modelsFolder);
    const { stages } = pipeline;
    const read = async (photo: Buffer): Promise<Picture> =>
      stages.decode(photo, { widthPx: 250, heightPx: 250 }, 1, null);
    const embed = async (picture: Picture) => {
      const found = await stages.detect(picture, 'guess');
      if (found.length === 0) return null;
      const { box } = chooseFace(found, picture, 'central');
      const landmarks = await stages.findLandmarks(picture, box);
      const { embedding } = await stages.embed(picture, stages.align(landmarks));
      return { box, embedding };
    };

    const persons = people()
      .filter(({ person, photos }) => photos > 1 && toHalf(person) === 'judge')
      .slice(0, sampled);
    const genuine = new Map<number, number[]>(widthsPx.map((width) => [width, []]));
    let previous: Float32Array | null = null;
    const impostor = new Map<number, number[]>(widthsPx.map((width) => [width, []]));
    for (const [at, { person }] of persons.entries()) {
      const probe = await read(face(person, 1));
      const whole = await embed(probe);
      const reference = await embed(await read(face(person, 2)));
      if (whole === null || reference === null) continue;
      for (const width of widthsPx) {
        const side = Math.round((probe.widthPx * width) / whole.box.width);
        const { data, info } = await sharp(probe.data, {
          raw: { width: probe.widthPx, height: probe.heightPx, channels: 3 },
        })
          .resize(side, side, { fit: 'fill' })
          .raw()
          .toBuffer({ resolveWithObject: true });
        const small = await embed({ data, widthPx: info.width, heightPx: info.height });
        genuine.get(width)?.push(small === null ? -1 : cosine(small.embedding, reference.embedding));
        if (small !== null && previous !== null) impostor.get(width)?.push(cosine(small.embedding, previous));
      }
      previous = reference.embedding;
      if ((at + 1) % 50 === 0) say(`${at + 1} of ${persons.length} people`);
    }
    await pipeline.close();
    return {
      pairs: persons.length,
      threshold,
      widths: widthsPx.map((widthPx) => {
        const scores = genuine.get(widthPx) ?? [];
        const others = impostor.get(widthPx) ?? [];
        return {
          widthPx,
          genuineMean: round(scores.reduce((a, b) => a + b, 0) / scores.length),
          falseNonMatchRate: round(scores.filter((score) => score < threshold).length / scores.length),
          impostorMean: round(others.reduce((a, b) => a + b, 0) / others.length),
          impostorMax: round(Math.max(...others)),
        };
      }),
    };
  },
};
