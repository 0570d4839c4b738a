import { buffer } from 'node:stream/consumers';
import { renderSvg } from './render-svg.js';
import { findSvgProblem } from './svg.js';

/*
 * A process of its own that checks and draws one SVG: from standard input, as a PNG that fits the box of its arguments, to
 * standard output. It ends with 3 if the picture may not be drawn, with the reason on standard output; with 2 if the picture
 * says it is too large, and with 1 if it cannot be drawn.
 */

const [width = 1, height = 1, maxPixels = 1] = process.argv.slice(2).map(Number);
const bytes = await buffer(process.stdin);
const unsafe = findSvgProblem(bytes);
const drawn = unsafe === null ? await renderSvg(bytes, { width, height, maxPixels }) : null;
if (unsafe === null && drawn === null) process.exitCode = 2;
if (unsafe !== null) process.exitCode = 3;
process.stdout.write(drawn ?? unsafe ?? '');
