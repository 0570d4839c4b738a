import { useState } from 'react';
import { loadTexts } from '../../../../locales/compiled/console/activity/load.js';
import { useAction, usePages, useSessionActions } from '../../frame/acting.js';
import { addressOf, navigate, useParameters } from '../../frame/router.js';
import { defineTexts, textIn, useFormats, useWords } from '../../frame/words.js';
import { loadNames, type Names, toPersonColumn, useNames } from '../../ledger/names.js';
import { type Line, listActivity, startOf, whoOf } from '../../ledger/requests.js';
import { actionText, detailText, withLedger } from '../../ledger/told.js';
import { saveCsv } from '../../parts/export-csv.js';
import { ActForm, Field, Select } from '../../parts/form.js';
import { Problem, QuietButton } from '../../parts/state.js';
import { type Column, PagedTable, textColumn, timeColumn } from '../../parts/table.js';

const { defineScreen, useTexts } = defineTexts(withLedger(loadTexts));

/** Kinds of acts, by the beginning of their actions. */
const kinds = [
  ['console', /^console_/],
  ['configuration', /^(configuration|connection|server|brand|doctor|trail|finding)_/],
  ['access', /^(key|administrator|client_token|application)_/],
  ['campaigns', /^campaign_/],
  ['people', /^/],
] as const;

/** Details that are ids of runs and steps. */
const internal = /^(runId|applied|step): /;

export const screen = defineScreen(function Activity() {
  const words = useTexts();
  const parameters = useParameters();
  return (
    <>
      <h1>{words.heading}</h1>
      <Filters key={`filters ${parameters}`} parameters={parameters} />
      <Acts key={`acts ${parameters}`} parameters={parameters} />
    </>
  );
});

function Acts({ parameters }: { readonly parameters: URLSearchParams }) {
  const words = useTexts();
  const { table } = useWords();
  const { instant } = useFormats();
  const { call } = useSessionActions();
  const { isBusy, refusal, run } = useAction();
  const [since, setSince] = useState<string | null>(null);
  const kind = parameters.get('kind');
  const actions = [...Object.keys(words.ledger.actions), ...Object.keys(words.actions)];
  const filter = {
    by: parameters.get('by') ?? undefined,
    actions:
      kind === null
        ? undefined
        : actions.filter((action) => kinds.find(([, begins]) => begins.test(action))?.[0] === kind),
    since: startOf(parameters.get('since'), 0),
    until: startOf(parameters.get('until'), 1),
  };
  const paged = usePages(
    (cursor) => listActivity(filter, cursor),
    (reply) => {
      setSince(reply.completeSince);
      return reply.lines;
    },
  );
  const names = useNames(paged.rows.flatMap((line) => whoOf(line) ?? []));
  const whatOf = (line: Line): string => textIn(words.actions, line.action) ?? actionText(line, words.ledger);
  const byOf = ({ by }: Line): string => (by === 'configurationFolder' ? words.file : (by ?? '–'));
  const changeOf = ({ action, reasons }: Line): string =>
    reasons
      .filter((reason) => !internal.test(reason))
      .map((reason) => detailText(action, reason, words.ledger))
      .join('; ');
  const toColumns = (known: Names): readonly Column<Line>[] => [
    timeColumn(words.ledger.columns.time, instant),
    { ...textColumn('by', words.by, byOf), cell: byOf },
    { ...textColumn('what', words.what, whatOf), cell: whatOf },
    toPersonColumn(words.ledger.columns.person, known, whoOf),
    textColumn('connection', words.ledger.columns.connection, ({ connection }) => connection),
    { ...textColumn('change', words.change, changeOf), isWide: true },
  ];
  const save = async (): Promise<void> => {
    const lines = await paged.all();
    const people = lines.flatMap((line) => whoOf(line) ?? []);
    const exported = toColumns(new Map(await loadNames(people, call)));
    const rows = lines.map((line) => [...exported.map(({ value }) => value?.(line) ?? null), line.subject]);
    saveCsv([[...exported.map(({ heading }) => heading), table.id], ...rows], 'activity');
  };
  return (
    <>
      <p className="soft">{since === null ? words.sinceUnknown : words.since({ when: instant(since) })}</p>
      {refusal !== null && <Problem refusal={refusal} />}
      <PagedTable
        caption={words.heading}
        empty={words.empty}
        paged={paged}
        keyOf={({ id }) => id}
        columns={toColumns(names)}
        tools={
          <QuietButton isDisabled={isBusy} onPress={() => void run(save)}>
            {table.save}
          </QuietButton>
        }
      />
    </>
  );
}

function Filters({ parameters }: { readonly parameters: URLSearchParams }) {
  const words = useTexts();
  const chosen = (name: string): string => parameters.get(name) ?? '';
  return (
    <ActForm submit={words.ledger.show} onSubmit={async (fields) => navigate(addressOf('/activity', fields))}>
      <div className="filters">
        <Field name="by" label={words.by} hint={words.byHint} maxLength={256} initial={chosen('by')} />
        <Select
          name="kind"
          label={words.kind}
          options={[
            { value: '', label: words.ledger.any },
            ...kinds.map(([value]) => ({ value, label: words.kinds[value] })),
          ]}
          initial={chosen('kind')}
        />
        <Field name="since" type="date" label={words.from} initial={chosen('since')} />
        <Field name="until" type="date" label={words.until} initial={chosen('until')} />
      </div>
    </ActForm>
  );
}
