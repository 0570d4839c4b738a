import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Command, type CommandUnknownOpts, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Tampering } from '../../audit/chain-check.js';
import { rebuildLedger } from '../../audit/ledger/rebuild.js';
import { type AuditRecord, mergeByTime, type RecordFilter, readRecords } from '../../audit/records.js';
import { type StateFinding, type TrailReport, verifyTrail } from '../../audit/verify.js';
import type { CliDeps } from '../../cli/deps.js';
import { collect, findTrails, parseTime } from '../../cli/parse-option.js';
import { filesOf } from '../../config/data-files.js';
import { toCsvLine } from '../../core/base/csv.js';
import type { Ports } from '../../core/deps.js';
import { toIso } from '../../core/units.js';
import { makeFile } from '../../files/durable-file.js';
import { openLedger, openStore } from '../../storage/state/open.js';
import { readKeySet } from '../operations/key-set.js';

interface ExportedRecord extends AuditRecord {
  readonly trail: string;
}

export async function* mergeRecords(files: readonly string[], filter: RecordFilter): AsyncGenerator<ExportedRecord> {
  const sources = files.map((trail) => ({ trail, records: readRecords(trail, filter) }));
  for await (const { trail, record } of mergeByTime(sources)) yield { trail, ...record };
}

const columns = ['time', 'trail', 'sequence', 'action', 'connection', 'subject', 'detail'] as const;

const cellsOf = ({ time, trail, sequence, action, connection, subject, detail }: ExportedRecord): string[] => [
  toIso(time),
  trail,
  String(sequence),
  action,
  connection,
  subject,
  JSON.stringify(detail),
];

export const csvHead = columns.join(',');

export const toCsvRecord = (record: ExportedRecord): string => toCsvLine(cellsOf(record));

const toJsonLine = ({ trail, time, ...record }: ExportedRecord): string =>
  JSON.stringify({ trail, ...record, time: toIso(time) });

export const createAuditCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('audit')
    .summary('verify or export the audit trail')
    .addCommand(createVerifyCommand(deps))
    .addCommand(createAuditExportCommand(deps));

const createVerifyCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('verify')
    .summary('verify the integrity of the audit trail')
    .description(
      'Checks the chain of records and the signed heads, and reports the first bad line. Servers may be running.',
    )
    .option('--trail <folder>', 'data folder; can be repeated', collect)
    .option('--jwks <source>', 'file or https address of the public keys (default: those of the configuration)')
    .action(async ({ trail = [], jwks = null }) => {
      const config = await deps.loadStored();
      const files = await findTrails(trail, config);
      const keys = await readKeySet(jwks, config, deps);
      const state = await openStore(config.state, { ...deps, files: filesOf(config) });
      try {
        const reports: TrailReport[] = [];
        for (const file of files) reports.push(await verifyTrail(file, { ...deps, keys, state }));
        if (!deps.printJson(reports)) for (const report of reports) toReportLines(report).forEach(deps.print);
        if (reports.some(({ isSound }) => !isSound)) deps.endWith(1);
      } finally {
        await state?.close();
      }
    });

function toReportLines(report: TrailReport): string[] {
  const { file, chain, isSound, isNeverSigned, tampering, firstSequence, lastSequence, unfinishedLines, heads, state } =
    report;
  const rows: (readonly [label: string, text: string])[] = [
    ['records', lastSequence === 0 ? 'none' : `${firstSequence} to ${lastSequence}`],
    ['signed heads', describeHeads(report)],
    ['state store', describeState(state)],
  ];
  if (unfinishedLines > 0) rows.push(['unfinished lines', `${unfinishedLines}, which a crash cut off`]);
  if (heads.unknownKey > 0) rows.push(['unknown keys', `${heads.unknownKey} heads are signed by keys not given`]);
  if (heads.invalid !== null) {
    rows.push(['altered head', `line ${heads.invalid.line} of ${basename(heads.invalid.file)}`]);
  }
  if (heads.isForeign) rows.push(['foreign head', 'a signed head belongs to another audit trail']);
  if (chain === null && lastSequence > 0) rows.push(['no name', 'the file with the name of the chain is missing']);
  if (isNeverSigned) rows.push(['never signed', 'its last record should have been signed long ago']);
  if (tampering !== null) rows.push([tampering.kind, describeTampering(tampering)]);
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    `${file}: ${isSound ? 'sound' : 'NOT SOUND'}`,
    ...rows.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`),
  ];
}

function describeHeads({ heads: { verified, lastSequence: signed }, lastSequence }: TrailReport): string {
  if (verified === 0) return 'none';
  const after = lastSequence > signed ? `; ${lastSequence - signed} records after it` : '';
  return `${verified}, the last of record ${signed}${after}`;
}

/** Says what the state store has as the last record of the trail, after the words “the state store”. */
const describeState = (state: StateFinding): string =>
  state.kind === 'head' ? `has the head of record ${state.sequence}` : stateTexts[state.kind];

const stateTexts = {
  'no head': 'has no head of this trail',
  'not asked': 'not asked',
  unreachable: 'does not answer',
  'unknown key': 'has a head by a key not given',
  invalid: 'has invalid data instead of the head',
} as const;

const meaning = {
  edited: 'was changed',
  deleted: 'lines before it are missing',
  reordered: 'is in the wrong position',
  inserted: 'belongs to another trail',
  forked: 'is a second record with that number: two processes wrote, or it was inserted',
  rewritten: 'the trail up to here is not the one that was signed',
  truncated: 'the end is missing: a signed head covers more records',
} as const satisfies Record<Tampering['kind'], string>;

function describeTampering({ kind, place, sequence }: Tampering): string {
  const where = place === null ? '' : `line ${place.line} of ${basename(place.file)}, `;
  return `${where}record ${sequence}: ${meaning[kind]}`;
}

const createAuditExportCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('export')
    .summary('print audit records of one or more trails')
    .description('Prints the matching records. Servers may be running.')
    .option('--trail <folder>', 'data folder; can be repeated', collect)
    .option('--since <time>', 'start day or time, such as 2026-11-20 or 2026-11-20T08:00:00Z', parseTime)
    .option('--until <time>', 'end day or time, exclusive', parseTime)
    .option('--connection <id>', 'only this connection')
    .option('--subject <id>', 'only this user, by the id that “people find” prints')
    .option('--action <name>', 'only this action: docs/reference/audit-events.md lists all', toActionParser(deps))
    .addOption(new Option('--format <format>', 'jsonl or csv').choices(['jsonl', 'csv']).default('jsonl'))
    .action(async ({ trail = [], format, ...asked }) => {
      const files = await findTrails(trail, await deps.loadStored());
      const { since = null, until = null, connection = null, subject = null, action = null } = asked;
      const subjects = subject === null ? null : [{ connection, subject }];
      if (format === 'csv') deps.print(csvHead);
      const filter = { since, until, connection, subjects, action };
      for await (const record of mergeRecords(files, filter)) {
        deps.print(format === 'csv' ? toCsvRecord(record) : toJsonLine(record));
      }
    });

const toActionParser =
  ({ auditEvents }: Ports<'auditEvents'>) =>
  (name: string): string => {
    if (auditEvents.isAction(name)) return name;
    throw new InvalidArgumentError('No record has that action: docs/reference/audit-events.md lists them.');
  };

export function createLedgerCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('ledger').summary('rebuild the log of decisions and the enrolment index');
  command
    .command('rebuild')
    .summary('rebuild them from the audit trails')
    .description(
      'Reads the audit trails and adds missing entries to the log of decisions and the enrolment index. Servers may be running.',
    )
    .option('--trail <folder>', 'data folder; can be repeated', collect)
    .action(async ({ trail = [] }) => {
      const config = await deps.loadStored();
      const files = await findTrails(trail, config);
      // The database file is created with the right owner first, because SQLite gives its additional files the same
      // owner.
      if (config.state.kind === 'sqlite') await makeFile(filesOf(config).ledger);
      const ledger = await openLedger(config.state, filesOf(config));
      try {
        const pause = async (): Promise<void> => void (await setImmediate());
        const found = await rebuildLedger(files, {
          auditEvents: deps.auditEvents,
          ledger,
          bounds: config.ledger,
          clock: deps.clock,
          pause,
        });
        deps.print(`Rebuilt: ${found.lines} lines, of ${files.length === 1 ? '1 trail' : `${files.length} trails`}`);
        if (found.omitted > 0) deps.print(`Left out: ${found.omitted} records, too old or of people who were erased`);
        if (found.unreadable === 0) return;
        deps.printError(
          `facestep: lines of the trails that cannot be read: ${found.unreadable}. facestep audit verify finds out why.`,
        );
        deps.endWith(1);
      } finally {
        await ledger.close();
      }
    });
  return command;
}
