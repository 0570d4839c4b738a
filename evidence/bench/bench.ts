import { benchConsole, fullConsole, quickConsole, showConsole } from './console.js';
import { benchEngine, showEngine } from './engine.js';
import { benchHooks, showHooks } from './hooks.js';
import { benchPeers, fullRuns, quickRuns } from './peers/peers.js';
import { showPeers } from './peers/show.js';
import { benchProvision, showProvision } from './provision.js';
import { benchScale, fullScale, quickScale, showScale } from './scale/scale.js';
import { benchStepUp, showStepUp } from './step-up.js';
import { benchVerify, showVerify } from './verify.js';

/*
 * npm run bench -- [verify | engine | hooks | step-up | scale | provision | peers | console] [--json] [--quick] [--without=main.js]
 */

const isQuick = process.argv.includes('--quick');
const asJson = process.argv.includes('--json');
const [program = 'verify'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const print = <Report>(report: Report, show: (report: Report) => readonly string[]): void =>
  void process.stdout.write(`${asJson ? JSON.stringify(report, null, 2) : show(report).join('\n')}\n`);

if (program === 'verify') print(await benchVerify(isQuick ? 100 : 1000), showVerify);
else if (program === 'engine') print(await benchEngine(isQuick ? 3 : 200), showEngine);
else if (program === 'hooks')
  print(
    await benchHooks(
      isQuick ? { perSecond: 200, seconds: 1, warmUpSec: 1 } : { perSecond: 1000, seconds: 30, warmUpSec: 2 },
    ),
    showHooks,
  );
else if (program === 'step-up')
  print(await benchStepUp(isQuick ? { runs: 1, people: 1 } : { runs: 40, people: 100 }), showStepUp);
else if (program === 'scale')
  print(await benchScale(isQuick ? quickScale : fullScale, (line) => process.stderr.write(`${line}\n`)), showScale);
else if (program === 'provision') print(await benchProvision(), showProvision);
else if (program === 'peers')
  print(await benchPeers(isQuick ? quickRuns : fullRuns, (line) => process.stderr.write(`${line}\n`)), showPeers);
else if (program === 'console') {
  const without =
    process.argv.find((argument) => argument.startsWith('--without='))?.slice('--without='.length) ?? null;
  print(await benchConsole(isQuick ? quickConsole : fullConsole, without), showConsole);
} else {
  process.stderr.write(
    `There is no benchmark ${program}. There are: verify, engine, hooks, step-up, scale, provision, peers, console.\n`,
  );
  process.exitCode = 2;
}
