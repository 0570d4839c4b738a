import { buffer } from 'node:stream/consumers';
import { renderSvg } from './render-svg.js';
import { findSvgProblem } from './svg.js';

/* Draws one SVG from standard input to standard output. Exit code 3: refused; 2: too large; 1: unreadable. */

const [width = 1, height = 1, maxPixels = 1] = process.argv.slice(2).map(Number);
const bytes = await buffer(process.stdin);
const unsafe = findSvgProblem(bytes);
const drawn = unsafe === null ? await renderSvg(bytes, { width, height, maxPixels }) : null;
if (unsafe === null && drawn === null) process.exitCode = 2;
if (unsafe !== null) process.exitCode = 3;
process.stdout.write(drawn ?? unsafe ?? '');
