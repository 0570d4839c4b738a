// npm start, npm run facestep|demo|bench|eval|attacks|faults|journeys|measure: sets the checkout up, then runs that program
// with its arguments.
import { fileURLToPath } from 'node:url';
import { setUpOrExit } from './setup.mjs';

const [runner, , program, ...args] = process.argv;
const entries = {
  facestep: 'src/main.js',
  bench: 'evidence/bench/bench.js',
  eval: 'evidence/eval/eval.js',
  attacks: 'evidence/attacks/attacks.js',
  faults: 'evidence/faults/faults.js',
  journeys: 'evidence/journeys/main.js',
  measure: 'evidence/measure/measure.js',
};
// Progress goes to stderr, so that `--json` on stdout is only JSON.
await setUpOrExit({
  isChecked: false,
  demoPhotos: !['facestep', 'measure'].includes(program) || args[0] === 'demo',
  say: (line) =>
    process.stderr.write(`${line}
`),
});
const entry = new URL(`../dist/${entries[program]}`, import.meta.url);
process.argv = [runner, fileURLToPath(entry), ...args];
await import(entry.href);
