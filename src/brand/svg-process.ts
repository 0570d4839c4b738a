import { buffer } from 'node:stream/consumers';
import { renderSvg } from './render-svg.js';
import { findSvgProblem } from './svg.js';

/*
 * Draws one SVG from standard input to standard output. The exit code is 3 if the SVG is refused, 2 if it is too large,
 * and 1 if it is unreadable.
 */

const [width = 1, height = 1, maxPixels = 1] = process.argv.slice(2).map(Number);
const bytes = await buffer(process.stdin);
const unsafe = findSvgProblem(bytes);
const drawn = unsafe === null ? await renderSvg(bytes, { width, height, maxPixels }) : null;
if (unsafe === null && drawn === null) process.exitCode = 2;
if (unsafe !== null) process.exitCode = 3;
process.stdout.write(drawn ?? unsafe ?? '');
