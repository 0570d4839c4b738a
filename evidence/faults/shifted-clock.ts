import { readFileSync } from 'node:fs';

/*
 * Loaded into a server before anything else (`node --import`): its clock is wrong by as many milliseconds as the file says
 * that FAULTS_CLOCK_FILE names. The file may change while the server runs, as a clock is set.
 */

const file = process.env.FAULTS_CLOCK_FILE ?? '';
const RealDate = Date;

const read = (): number => {
  try {
    return Number(readFileSync(file, 'utf8'));
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
    return RealDate.now() + read();
  }
}
Object.assign(globalThis, { Date: ShiftedDate });
