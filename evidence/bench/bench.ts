import { inspect, parseArgs } from 'node:util';
import { benchEngine } from './engine.js';
import { showMeasured, showPlan } from './growth/plan.js';
import { readMeasured, readPrices } from './growth/stored.js';
import { benchGrowth, parseGrowthSize } from './growth/year.js';
import { benchHooks, fullRate, quickRate } from './hooks.js';
import { benchRoster } from './roster.js';
import { benchScale, fullScale, quickScale } from './scale.js';
import { benchStepUp } from './step-up.js';
import { benchVerify } from './verify.js';

/*
 * npm run bench -- [verify | engine | hooks | step-up | scale | roster] [--json] [--quick]
 * npm run bench -- scale --people=100000 [--stores=sqlite,redis,dynamodb] [--json]   simulates a year of these people
 * npm run bench -- scale --plan                                                      prints docs/sizing.md's tables
 */

function parsing<Parsed>(parse: () => Parsed): Parsed {
  try {
    return parse();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

const { values, positionals } = parsing(() =>
  parseArgs({
    allowPositionals: true,
    options: {
      ...{ json: { type: 'boolean' }, quick: { type: 'boolean' }, plan: { type: 'boolean' } },
      ...{ people: { type: 'string' }, stores: { type: 'string' } },
    },
  }),
);
const isQuick = values.quick === true;
const asJson = values.json === true;
const [program = 'verify'] = positionals;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

function scale(): Promise<object> {
  if ((values.people ?? values.stores) === undefined) return benchScale(isQuick ? quickScale : fullScale, say);
  return benchGrowth(
    parsing(() => parseGrowthSize(values)),
    say,
  );
}

const benchmarks: Readonly<Record<string, () => Promise<object>>> = {
  verify: () => benchVerify(isQuick ? 40 : 1000),
  engine: () => benchEngine(isQuick ? 3 : 200),
  hooks: () => benchHooks(isQuick ? quickRate : fullRate),
  'step-up': () => benchStepUp(isQuick ? { runs: 1, people: 1 } : { runs: 40, people: 100 }),
  scale,
  roster: () => benchRoster(isQuick ? 2 : 20, isQuick ? [5] : [100, 500]),
};

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const run = Object.hasOwn(benchmarks, program) ? benchmarks[program] : undefined;

if (run === undefined) {
  say(`There is no benchmark ${program}. There are: ${Object.keys(benchmarks).join(', ')}.`);
  process.exitCode = 2;
} else if (program === 'scale' && values.plan === true) {
  const [measured, prices] = [readMeasured(), readPrices()];
  if (asJson) print(JSON.stringify({ measured, prices }, null, 2));
  else print([...showMeasured(measured), '', ...showPlan(measured, prices)].join('\n'));
} else {
  const report = await run();
  print(asJson ? JSON.stringify(report, null, 2) : inspect(report, { depth: null, breakLength: 120 }));
}
