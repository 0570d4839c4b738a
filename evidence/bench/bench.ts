import { parseArgs } from 'node:util';
import { benchCheckExperience, showCheckExperience } from './check-experience.js';
import { benchConsole, fullConsole, quickConsole, showConsole } from './console.js';
import { benchEngine, showEngine } from './engine.js';
import { benchFirstHour, showFirstHour } from './first-hour.js';
import { benchGrowth, parseGrowthSize, showGrowth } from './growth/growth.js';
import { showMeasured, showPlan } from './growth/plan.js';
import { readMeasured, readPrices } from './growth/stored.js';
import { benchHooks, showHooks } from './hooks.js';
import { benchPeers, fullRuns, quickRuns, showPeers } from './peers/peers.js';
import { benchProvision, showProvision } from './provision.js';
import { benchRoster, showRoster } from './roster.js';
import { benchScale, fullScale, quickScale, showScale } from './scale/scale.js';
import { benchStepUp, showStepUp } from './step-up.js';
import { benchVerify, showVerify } from './verify.js';

/*
 * npm run bench -- [verify | engine | hooks | step-up | scale | provision | peers | console | roster | first-hour |
 *                  check-experience] [--json] [--quick] [--without=main.js]
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
      ...{ without: { type: 'string' }, people: { type: 'string' }, stores: { type: 'string' } },
    },
  }),
);
const isQuick = values.quick === true;
const asJson = values.json === true;
const [program = 'verify'] = positionals;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const print = <Report>(report: Report, show: (report: Report) => readonly string[]): void =>
  void process.stdout.write(`${asJson ? JSON.stringify(report, null, 2) : show(report).join('\n')}\n`);

if (program === 'verify') print(await benchVerify(isQuick ? 100 : 1000), showVerify);
else if (program === 'engine') print(await benchEngine(isQuick ? 3 : 200), showEngine);
else if (program === 'hooks')
  print(
    await benchHooks(
      isQuick
        ? { perSecond: 200, seconds: 1, warmUpSec: 1, flatOut: 1000 }
        : { perSecond: 1000, seconds: 30, warmUpSec: 2, flatOut: 10_000 },
    ),
    showHooks,
  );
else if (program === 'step-up')
  print(await benchStepUp(isQuick ? { runs: 1, people: 1 } : { runs: 40, people: 100 }), showStepUp);
else if (program === 'scale' && values.plan === true)
  print({ measured: readMeasured(), prices: readPrices() }, ({ measured, prices }) => [
    ...showMeasured(measured),
    '',
    ...showPlan(measured, prices),
  ]);
else if (program === 'scale' && (values.people ?? values.stores) !== undefined)
  print(
    await benchGrowth(
      parsing(() => parseGrowthSize(values)),
      say,
    ),
    showGrowth,
  );
else if (program === 'scale') print(await benchScale(isQuick ? quickScale : fullScale, say), showScale);
else if (program === 'provision') print(await benchProvision(), showProvision);
else if (program === 'peers') print(await benchPeers(isQuick ? quickRuns : fullRuns, say), showPeers);
else if (program === 'roster') print(await benchRoster(isQuick ? 2 : 20, isQuick ? [5] : [100, 500]), showRoster);
else if (program === 'check-experience') print(await benchCheckExperience(isQuick ? 1 : 8, say), showCheckExperience);
else if (program === 'first-hour') print(await benchFirstHour(), showFirstHour);
else if (program === 'console')
  print(await benchConsole(isQuick ? quickConsole : fullConsole, values.without ?? null), showConsole);
else {
  process.stderr.write(
    `There is no benchmark ${program}. There are: verify, engine, hooks, step-up, scale, provision, peers, console, roster, first-hour, check-experience.\n`,
  );
  process.exitCode = 2;
}
