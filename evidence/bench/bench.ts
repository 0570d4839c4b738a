import { inspect } from 'node:util';
import { BadInput } from '../measure/corpus/corpus.js';
import { parseOptions, runProgram, say } from '../measure/program.js';
import { benchHooks, fullRate, quickRate } from './hooks.js';
import { benchScale, fullScale, quickScale } from './scale.js';
import { benchStepUp } from './step-up.js';
import { benchVerify } from './verify.js';

const usage = `npm run bench -- [verify | hooks | step-up | scale] [--json] [--quick]
  Measures speed. Without a name: verify.
  --quick   fewer repetitions
  --json    print JSON on stdout`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

await runProgram(async () => {
  const { values, positionals } = parseOptions({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
    },
  });
  const { json, quick } = values;
  const [program = 'verify'] = positionals;
  // Each returns the JSON output, with stable property names.
  const benchmarks: Readonly<Record<string, () => Promise<object>>> = {
    verify: () => benchVerify(quick ? 40 : 1000),
    hooks: () => benchHooks(quick ? quickRate : fullRate),
    'step-up': () => benchStepUp(quick ? 1 : 40),
    scale: () => benchScale(quick ? quickScale : fullScale, say),
  };
  if (!Object.hasOwn(benchmarks, program))
    throw new BadInput(`Unknown benchmark ${program}. Benchmarks: ${Object.keys(benchmarks).join(', ')}.`);
  const report = await benchmarks[program]();
  print(json ? JSON.stringify(report, null, 2) : inspect(report, { depth: null, breakLength: 120 }));
}, usage);
