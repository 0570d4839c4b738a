import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../support/run/paths.js';

export const runProgram = (program: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(projectRoot, 'dist', program), ...args], { cwd: projectRoot });
