import { hasFaces } from '../test/faces.js';
import { attacks } from './attacks.js';
import { companions } from './companions.js';
import { faceDepthTable } from './face-depth.js';
import { faceWidth } from './face-width.js';
import { fit } from './fit.js';
import { guidancePose } from './guidance-pose.js';
import type { EvalProgram } from './program.js';
import { qualityBounds } from './quality-bounds.js';
import { token } from './token.js';
import { verification } from './verification.js';

/* `npm run eval -- NAME [--json]`: measures on the evaluation faces what the documents state. */

const programs: Readonly<Record<string, EvalProgram>> = {
  verification,
  companions,
  'face-width': faceWidth,
  'face-depth': faceDepthTable,
  'quality-bounds': qualityBounds,
  fit,
  'guidance-pose': guidancePose,
  token,
  attacks,
};

const [name, ...flags] = process.argv.slice(2);
const program = name === undefined || !Object.hasOwn(programs, name) ? undefined : programs[name];
if (program === undefined) {
  for (const [each, { about }] of Object.entries(programs)) console.log(`${each.padEnd(16)} ${about}`);
  process.exitCode = name === undefined ? 0 : 2;
} else if (!hasFaces) {
  console.error('There are no evaluation faces. Set FACESTEP_FACES to their folder.');
  process.exitCode = 2;
} else {
  const figures = await program.run((line) => process.stderr.write(`${line}\n`));
  if (flags.includes('--json')) console.log(JSON.stringify(figures));
  else {
    for (const [figure, value] of Object.entries(figures)) {
      if (Array.isArray(value)) {
        console.log(`${figure}:`);
        console.table(value);
      } else console.log(`${figure}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
    }
  }
}
