import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { readPublicKeys } from '../../admin/operations/keys.js';
import { requirePublicUrl } from '../../admin/operations/open-connection.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { findConnection } from '../../cli/find-connection.js';
import { checkNameFree } from '../../cli/named-file.js';
import { collect, findTrails, parseTime } from '../../cli/parse-option.js';
import { filesOf } from '../../config/data-files.js';
import { toCode } from '../../errors.js';
import { makeFile } from '../../files/durable-file.js';
import { openKeyService } from '../../storage/keys/open.js';
import { openLedger, openStore } from '../../storage/state/open.js';
import { makeProof, type ProofDeps } from './pack.js';
import { describeGap } from './page.js';

/** The lists of more records would not fit into one text. */
const mostLines = 1_000_000;

export const createProofCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('proof')
    .summary('make a signed folder that shows an auditor what was in force and done')
    .description(
      'Reads the audit trails and writes policies, rules, enrolments, sign-ins without a face, bypasses, recoveries and acts of administrators of a period, with their records and what is missing. Run it where the server runs, with its configuration and keys. Servers may be running.',
    )
    .option('--connection <id>', 'id of the connection; may be left out if there is only one')
    .option('--group <name>', 'only the present members of this group, by id or unique name')
    .requiredOption('--from <time>', 'start day or time, such as 2026-11-20 or 2026-11-20T08:00:00Z', parseTime)
    .requiredOption('--to <time>', 'end day or time, exclusive', parseTime)
    .option('--trail <folder>', 'data folder; repeat it for each server', collect)
    .option('--out <folder>', 'new folder to write', 'facestep-proof')
    .action(async ({ connection: id, group = null, from, to, trail = [], out }) => {
      await checkNameFree(out);
      const setup = await deps.loadSetup();
      const { config } = setup;
      const issuer = requirePublicUrl(setup);
      const connection = findConnection(setup, id);
      const files = await findTrails(trail, config);
      const dataFiles = filesOf(config);
      if ((await readPublicKeys(config, deps)) === null)
        throw new UsageError(`no signing keys in ${config.dataFolder}`, 'Run the command where the server runs.');
      const { signer } = await openKeyService(config.keys, { ...deps, files: dataFiles });
      const adapter = await connection.createAdapter(issuer);
      // The database file is created with the right owner first, as SQLite gives its other files the same owner.
      if (config.state.kind === 'sqlite') await makeFile(dataFiles.ledger);
      const state = await openStore(config.state, { ...deps, files: dataFiles });
      const ledger = await openLedger(config.state, dataFiles);
      const listMembers: ProofDeps['listMembers'] = async function* (named) {
        yield* (await adapter.createProvisioning()).listMembers(named);
      };
      try {
        const request = { connection: connection.id, group, from, to, files, mostLines };
        const ports = { ...deps, signer, issuer, state, ledger, ledgerDays: config.ledger.days, listMembers };
        await mkdir(out, { mode: 0o700 });
        const making = makeProof(request, ports);
        let next = await making.next();
        while (next.done !== true) {
          await appendFile(join(out, next.value.file), next.value.text, { mode: 0o600 });
          next = await making.next();
        }
        const { trails, people, gaps } = next.value;
        for (const gap of gaps) deps.printError(`gap: ${describeGap(gap)}`);
        const records = trails.reduce((sum, each) => sum + each.records, 0);
        if (!deps.printJson({ folder: out, records, people: people.length, trails: trails.length, gaps }))
          deps.print(
            `${out}: records: ${records}, people: ${people.length}, trails: ${trails.length}, gaps: ${gaps.length}`,
          );
        if (trails.some(({ isSound }) => !isSound)) deps.endWith(1);
      } catch (error) {
        await rm(out, { recursive: true, force: true });
        if (group === null || toCode(error) !== 'not_found') throw error;
        throw new UsageError(`no group “${group}” at ${connection.id}, or several: name its id`);
      } finally {
        await Promise.all([state?.close(), ledger.close()]);
      }
    });
