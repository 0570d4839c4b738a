import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { jobsReply } from '../http/rest/replies/jobs.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';
import { printRows } from './table.js';

const head = ['job', 'every', 'last run', 'result', 'runs', 'failures'];

export const createJobsCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('jobs')
    .summary('list the background jobs')
    .description('Calls the running server, and lists the jobs of the replica that answers.')
    .action(async () => {
      const { jobs } = await callServer('GET /jobs', jobsReply, deps);
      printRows(jobs, deps, [
        head,
        ({ name, everySec, last, runs, failures }) => [
          ...[name, `${everySec} s`, last?.endedAt ?? null],
          ...[last === null ? null : (last.code ?? 'ok'), runs, failures],
        ],
      ]);
      if (jobs.some(({ last }) => last !== null && last.code !== null)) deps.endWith(1);
    });
