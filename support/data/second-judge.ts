import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { secondJudge } from '../../src/face/models/second-judge.js';
import { facesFolder } from './faces.js';

const folder = process.env.FACESTEP_SECOND_JUDGE ?? join(dirname(facesFolder), 'second-judge');

/** Published weights of the second judge, and a copy that others converted, with softmax at its end. */
export const secondJudgeFiles = {
  weights: join(folder, secondJudge.file),
  converted: join(folder, 'minifasnet-v2.onnx'),
};

export const hasSecondJudge = existsSync(secondJudgeFiles.weights);

if (!hasSecondJudge)
  process.stderr.write(`SKIPPING tests on the second judge: none at ${folder} (set FACESTEP_SECOND_JUDGE)\n`);
