import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from './paths.js';

/* The programs of package.json, as they are run, in their quick form. */

const run = (program: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(projectRoot, 'dist', program), ...args], { cwd: projectRoot });

test('the demonstration ends well, and shows what it says it shows', async () => {
  const { stdout } = await run('demo/demo.js');
  const token = /facestepToken: (fv1\.\S+)/.exec(stdout)?.[1] ?? '';
  expect(token.length).toBeGreaterThan(200);
  expect(token.length).toBeLessThanOrEqual(256);
  expect(stdout.match(/: allowed$/gm)).toHaveLength(1);
  expect(stdout.match(/: denied$/gm)).toHaveLength(5);
  expect(stdout).toContain('face_verification {"result":"verified"');
  expect(stdout.match(/: verified$/gm)).toHaveLength(3);
  expect(stdout.match(/: not verified$/gm)).toHaveLength(3);
  expect(stdout).toMatch(/All as expected/);
});

test('the benchmark prints its figures under their stable names', async () => {
  const positive = z.number().positive();
  const throughput = z.object({ concurrent: positive, perSecond: positive, timesFloor: positive });
  const report = z.object({
    verify: z.object({ floorMs: positive, httpMs: positive, ratio: positive }),
    throughput: z.array(throughput.extend({ p50Ms: positive, p99Ms: positive })).length(3),
    ceiling: z.object({ perSecond: positive, timesFloor: positive }),
    rssMiB: positive,
    rssGrowthMiB: z.number(),
    readyMs: positive,
  });
  const { stdout } = await run('bench/bench.js', '--quick', '--json');
  const { verify } = report.parse(JSON.parse(stdout));
  expect(verify.ratio).toBeCloseTo(verify.httpMs / verify.floorMs, 1);
});

test('the profile of the engine does too', async () => {
  const positive = z.number().positive();
  const timing = z.object({ ms: positive, interval: z.tuple([positive, positive]) });
  const stage = timing.extend({ floorMs: positive, ratio: positive });
  const stages = z.object({
    ...{ header: stage, decode: stage, detect: stage, landmarks: stage, embed: stage, embedFaceAndMirror: stage },
    ...{ pose: stage, liveness: stage, eyes: stage, quality: timing },
  });
  const photo = z.object({ stages, examine: timing, heapKiB: z.number(), besideHeapKiB: z.number(), gcMs: z.number() });
  const report = z.object({
    photos: z.object({ '250x250': photo, '640x480': photo, '4032x3024': photo }),
    recognition: z.object({ published: timing, loaded: timing }),
    pool: z.object({ workers: positive, aloneMs: positive, perSecond: positive, mainThreadMs: positive }),
  });
  const { stdout } = await run('bench/bench.js', 'engine', '--quick', '--json');
  const { embed, embedFaceAndMirror } = report.parse(JSON.parse(stdout)).photos['250x250'].stages;
  expect(embedFaceAndMirror.ratio).toBeCloseTo(embedFaceAndMirror.ms / embedFaceAndMirror.floorMs, 1);
  expect(embed.ratio).toBeCloseTo(embed.ms / embed.floorMs, 1);
});

test('the benchmark of the hooks does too, without an error', async () => {
  const natural = z.number().nonnegative();
  const load = z.object({ p50Ms: natural, p99Ms: natural, maxMs: natural, perSecond: natural, granted: natural });
  const provider = z.object({
    ...{ p50Ms: natural, p99Ms: natural, errors: z.literal(0) },
    each: z.record(z.string(), load.extend({ errors: z.literal(0) })),
  });
  const report = z.object({
    floor: load,
    hooks: z.object({ okta: provider, entra: provider, onelogin: provider }),
    lambda: z.object({ bundleBytes: natural, initMs: natural, emptyInitMs: natural }),
  });
  const { stdout } = await run('bench/bench.js', 'hooks', '--quick', '--json');
  const { hooks, lambda } = report.parse(JSON.parse(stdout));
  expect(Object.values(hooks).flatMap(({ each }) => Object.keys(each))).toHaveLength(11);
  expect(hooks.okta.each.token!.granted).toBeGreaterThan(0);
  expect(lambda.bundleBytes).toBeLessThan(500_000);
});

test('the benchmark of replicas and users does too', async () => {
  const positive = z.number().positive();
  const rate = z.object({ perSecond: positive, p50Ms: positive, p99Ms: positive });
  const timing = z.object({ ms: positive, interval: z.tuple([positive, positive]) });
  const bySize = z.object({ subjects: z.number(), storeMiB: z.number().nonnegative(), hook: timing, verify: timing });
  const ratio = z.object({ ratio: positive, interval: z.tuple([positive, positive]) });
  const store = z.object({
    ...{ bySize: z.array(bySize).length(2), floor: timing },
    flatness: z.object({ hook: ratio, verify: ratio }),
  });
  const replicas = z.object({ replicas: positive, hooks: rate, hookFloor: rate, verifications: rate });
  const report = z.object({
    replicas: z.array(replicas),
    redisFloor: rate.nullable(),
    subjects: z.object({ redis: store.nullable(), sqlite: store }),
  });
  const { stdout } = await run('bench/bench.js', 'scale', '--quick', '--json');
  const { subjects } = report.parse(JSON.parse(stdout));
  const [none, most] = subjects.sqlite.bySize;
  expect(subjects.sqlite.flatness.hook.ratio).toBeCloseTo(most!.hook.ms / none!.hook.ms, 1);
});

test('the faults are listed to whoever names one that is none', async () => {
  const refusal = await run('faults/faults.js', 'none-of-them').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 2, stderr: expect.stringMatching(/^ *kill\b/m) });
});

test('the evaluation lists what it can measure', async () => {
  const { stdout } = await run('eval/eval.js');
  for (const name of ['companions', 'face-width', 'fit']) expect(stdout).toMatch(new RegExp(`^ *${name}\\b`, 'm'));
});

test('the attacks are listed to whoever names one that is none', async () => {
  const refusal = await run('attacks/attacks.js', 'none-of-them').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 2, stderr: expect.stringMatching(/^ *token-alone\b/m) });
});
