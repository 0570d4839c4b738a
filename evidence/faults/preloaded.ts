import { existsSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/*
 * Preloaded into a server (`node --import`). Shifts its clock by the milliseconds in the file FAULTS_CLOCK_FILE. Its
 * worker threads exit while the file FAULTS_WORKER_FILE exists.
 */

const { FAULTS_CLOCK_FILE: clockFile = '', FAULTS_WORKER_FILE: workerFile = '' } = process.env;
const everyMs = 20;
const RealDate = Date;

const readShift = (): number => {
  try {
    return Number(readFileSync(clockFile, 'utf8'));
  } catch {
    return 0;
  }
};

class ShiftedDate extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(ShiftedDate.now());
    else super(...given);
  }
  static override now(): number {
    return RealDate.now() + readShift();
  }
}

if (clockFile !== '') Object.assign(globalThis, { Date: ShiftedDate });
if (workerFile !== '' && !isMainThread)
  setInterval(() => {
    if (existsSync(workerFile)) process.exit(1);
  }, everyMs).unref();
