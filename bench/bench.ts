import { benchVerify } from './verify.js';

/*
 * npm run bench -- [--json] [--quick]
 */

const report = await benchVerify(process.argv.includes('--quick') ? 100 : 1000);
if (process.argv.includes('--json')) {
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} else {
  const { verify, throughput, ceiling, rssMiB, rssGrowthMiB, readyMs, cores, node, photo } = report;
  const lines = [
    `One verification, ${photo.widthPx}×${photo.heightPx} JPEG, ${cores} cores, Node ${node}`,
    `  floor (decode, three models, Argon2id, called directly)  ${verify.floorMs} ms`,
    `  POST /authenticate over HTTP                             ${verify.httpMs} ms   × ${verify.ratio}`,
    ...throughput.map(
      ({ concurrent, perSecond, timesFloor, p50Ms, p99Ms }) =>
        `  ${concurrent} at once   ${perSecond}/s   × ${timesFloor} of one core's floor   p50 ${p50Ms} ms   p99 ${p99Ms} ms`,
    ),
    `  what the machine allows: the floor on every core at once   ${ceiling.perSecond}/s   × ${ceiling.timesFloor}`,
    `  memory after 1,000 requests ${rssMiB} MiB, then ${rssGrowthMiB >= 0 ? '+' : ''}${rssGrowthMiB} MiB over the next 1,000`,
    `  from start to ready ${readyMs} ms`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
