import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../paths.js';
import { hasChromium } from './chromium.js';

(hasChromium ? test : test.skip)(
  'the benchmark of a step-up prints its figures under their stable names',
  async () => {
    const bench = join(projectRoot, 'dist/bench/bench.js');
    const { stdout } = await promisify(execFile)(process.execPath, [bench, 'step-up', '--quick', '--json'], {
      cwd: projectRoot,
    });
    const times = z.object({ p50: z.number().positive(), p95: z.number().positive() });
    const rate = z.object({
      hits: z.int(),
      trials: z.int().positive(),
      rate: z.number(),
      interval: z.array(z.number()),
    });
    const report = z.object({
      pageWeight: z.object({ gzipBytes: z.int().max(150_000) }),
      openToCameraMs: times,
      openToResultSec: times,
      person: z.object({ reactionMs: z.literal(500), turnMs: z.literal(800) }),
      stepUp: z.object({
        ...{ resultMs: times, resultInBrowserMs: times, bpcer: rate, frames: z.literal('synthetic') },
        engineRunsPerFrame: z.literal(1),
        floorMs: z.object({ judge: z.number().positive(), verify: z.number().positive() }),
        apcer: z.object({ byAttack: z.record(z.string(), rate) }),
      }),
    });
    const { stepUp } = report.parse(JSON.parse(stdout));
    expect(Object.keys(stepUp.apcer.byAttack)).toEqual(expect.arrayContaining(['still', 'print', 'replay', 'screen']));
  },
  300_000,
);
