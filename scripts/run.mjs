// npm run facestep|demo|bench|eval|attacks|faults: sets the checkout up, then runs that program with the arguments given.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

const [program, ...args] = process.argv.slice(2);
const entries = {
  facestep: 'src/main.js',
  demo: 'examples/demo/demo.js',
  bench: 'evidence/bench/bench.js',
  eval: 'evidence/eval/eval.js',
  attacks: 'evidence/attacks/attacks.js',
  faults: 'evidence/faults/faults.js',
};
// Progress goes to stderr, so that `--json` on stdout is JSON alone.
await setUp({
  demoPhotos: program !== 'facestep',
  say: (line) =>
    process.stderr.write(`${line}
`),
});
const child = spawn(
  process.execPath,
  [fileURLToPath(new URL(`../dist/${entries[program]}`, import.meta.url)), ...args],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
