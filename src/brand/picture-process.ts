import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { pictureNames } from './brand.js';
import { drawPicture } from './draw-picture.js';

/* Draws one picture of a brand from standard input, and writes the result as JSON. */

const name = z.enum(pictureNames).parse(process.argv[2]);
process.stdout.write(JSON.stringify(await drawPicture(name, await buffer(process.stdin))));
