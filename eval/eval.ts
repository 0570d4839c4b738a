// npm run eval -- <name> [--json]: measures accuracy on evaluation faces (FACESTEP_FACES).
import { attacks } from './attacks.js';
import { fit } from './fit.js';
import type { Program } from './program.js';
import { token } from './token.js';

const programs = { attacks, fit, token } satisfies Record<string, Program>;

const isProgram = (name: string): name is keyof typeof programs => Object.hasOwn(programs, name);

const [name = '', ...options] = process.argv.slice(2);
if (!isProgram(name)) {
  process.stderr.write(`Name one of: ${Object.keys(programs).join(', ')}\n`);
  process.exit(2);
}
const program: Program = programs[name];
const result = await program((line) => process.stderr.write(`${line}\n`));
process.stdout.write(
  options.includes('--json') ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`,
);
