import { alteredParameters } from './altered-parameters.js';
import type { Attack } from './attack.js';
import { fewNumbers } from './few-numbers.js';
import { guessing } from './guessing.js';
import { hillClimbing } from './hill-climbing.js';
import { linkage } from './linkage.js';
import { outsiders } from './outsiders.js';
import { reconstruction } from './reconstruction.js';
import { samePhoto } from './same-photo.js';
import { secretWithoutFace } from './secret-without-face.js';
import { server } from './server.js';
import { tokenAlone } from './token-alone.js';

/** Attacks, in the order of docs/security-analysis.md. */
export const attacks: Readonly<Record<string, Attack>> = {
  'token-alone': tokenAlone,
  linkage,
  'same-photo': samePhoto,
  guessing,
  reconstruction,
  'secret-without-face': secretWithoutFace,
  'hill-climbing': hillClimbing,
  'altered-parameters': alteredParameters,
  outsiders,
  server,
  'few-numbers': fewNumbers,
};
