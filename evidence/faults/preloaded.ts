import { readFileSync } from 'node:fs';

/* Preloaded into a server (`node --import`). Shifts its clock by the milliseconds in the file FAULTS_CLOCK_FILE. */

const { FAULTS_CLOCK_FILE: clockFile = '' } = process.env;
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
