import { useState } from 'react';
import { useLoaded, useMay, usePages, useSessionActions } from '../../frame/acting.js';
import { addressOf, navigate } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { ConnectionChoice } from '../../ledger/connection-choice.js';
import { loadNames, type Names, nameIn, toPersonColumn, useNames } from '../../ledger/names.js';
import {
  type Filter,
  type FoundPerson,
  keyOf,
  listConnections,
  listGroup,
  listPeople,
  type Name,
  type Person,
  statuses,
} from '../../ledger/requests.js';
import { ActForm, Field, Select, toOptions } from '../../parts/form.js';
import { Await, Empty, Section } from '../../parts/state.js';
import { type Column, PagedTable, Table, textColumn } from '../../parts/table.js';
import { BulkActions, type Chosen, type Named, useChanges, useChosen } from './bulk-actions.js';
import { useTexts } from './requests.js';

const spans = ['within-7', 'within-30', 'over-90', 'over-365'] as const;

const hourMs = 3_600_000;

/** Rounds to the hour, so that requests stay equal for a while. */
const daysAgo = (days: number): string =>
  new Date((Math.floor(Date.now() / hourMs) - days * 24) * hourMs).toISOString();

function toBounds(span: string | null): { readonly since?: string; readonly before?: string } {
  const [kind, days] = span?.split('-') ?? [];
  if (kind === 'within') return { since: daysAgo(Number(days)) };
  return kind === 'over' ? { before: daysAgo(Number(days)) } : {};
}

/** An explicit choice, because an empty status means enrolled people. */
const anyStatus = 'any';

function toFilter(parameters: URLSearchParams): Filter {
  const checked = toBounds(parameters.get('checked'));
  return {
    connection: parameters.get('connection') ?? undefined,
    // People without an enrolment are known only as members of a group.
    status: [...statuses, anyStatus].find((each) => each === parameters.get('status')),
    ...toBounds(parameters.get('age')),
    checkedSince: checked.since,
    checkedBefore: checked.before,
  };
}

const noName: Name = { login: null, email: null, name: null };

export function List({ parameters }: { readonly parameters: URLSearchParams }) {
  const words = useTexts();
  const { list, ledger } = words;
  const filter = toFilter(parameters);
  const group = parameters.get('group');
  const any = { value: '', label: ledger.any };
  const [hasGroup, setHasGroup] = useState(group !== null);
  const chosen = (name: string): string => parameters.get(name) ?? '';
  return (
    <Section heading={list.heading}>
      <details open={parameters.size > 0}>
        <summary>{ledger.filter}</summary>
        <ActForm
          key={`${parameters}`}
          submit={ledger.show}
          onEdit={(fields) => setHasGroup(fields.get('group') !== '')}
          onSubmit={async (fields) => navigate(addressOf('/people', fields))}
        >
          <div className="filters">
            <ConnectionChoice label={ledger.connection} anyLabel={ledger.any} initial={chosen('connection')} />
            <Select
              key={`status ${hasGroup}`}
              name="status"
              label={list.status}
              hint={list.statusHint}
              options={[{ value: anyStatus, label: ledger.any }, ...toOptions(words.statuses, [...statuses, 'none'])]}
              initial={parameters.get('status') ?? (hasGroup ? anyStatus : 'enrolled')}
            />
            <Field name="group" label={list.group} hint={list.groupHint} maxLength={256} initial={group ?? ''} />
            <Select
              name="age"
              label={list.age}
              options={[any, ...toOptions(list.spans, spans)]}
              initial={chosen('age')}
            />
            <Select
              name="checked"
              label={list.lastCheck}
              options={[any, ...toOptions(list.spans, spans)]}
              initial={chosen('checked')}
            />
          </div>
        </ActForm>
      </details>
      {group === null ? (
        <Enrolled filter={filter} empty={parameters.size === 0 ? list.noneEnrolled : list.empty} />
      ) : (
        <GroupMembers group={group} parameters={parameters} />
      )}
    </Section>
  );
}

function Enrolled({ filter, empty }: { readonly filter: Filter; readonly empty: string }) {
  const words = useTexts();
  const { call } = useSessionActions();
  const paged = usePages(
    (cursor) => listPeople(filter, cursor),
    ({ people }) => people,
  );
  const { rows, change } = useChanges(paged.rows);
  const names = useNames(rows);
  const chosen = useChosen(rows);
  async function readAll(): Promise<readonly Named[]> {
    const people = await paged.all();
    const known = new Map(await loadNames(people, call));
    return people.map((each) => ({ ...noName, ...known.get(keyOf(each)), ...each }));
  }
  return (
    <>
      <BulkActions
        chosen={chosen}
        isEmpty={rows.length === 0 && paged.more === null}
        readAll={readAll}
        onChanged={change}
      />
      <PagedTable
        caption={words.list.heading}
        paged={{ ...paged, rows }}
        isExported
        keyOf={keyOf}
        empty={empty}
        columns={useColumns({ chosen, names })}
      />
    </>
  );
}

/** Lists the members of a group at the provider, whether enrolled or not. */
function GroupMembers({ group, parameters }: { readonly group: string; readonly parameters: URLSearchParams }) {
  const words = useTexts();
  const listed = useLoaded(listConnections);
  return (
    <Await loaded={listed}>
      {({ connections }) => {
        // If there is only one connection, the user need not choose it.
        const connection = parameters.get('connection') ?? (connections.length === 1 ? connections[0]?.id : undefined);
        if (connection === undefined) return <Empty>{words.list.chooseConnection}</Empty>;
        return <MembersOf connection={connection} group={group} status={parameters.get('status')} />;
      }}
    </Await>
  );
}

function MembersOf({
  connection,
  group,
  status,
}: {
  readonly connection: string;
  readonly group: string;
  readonly status: string | null;
}) {
  const words = useTexts();
  const loaded = useLoaded(listGroup(connection, group, status === null || status === anyStatus ? undefined : status));
  const { rows: people, change } = useChanges(loaded.value?.people ?? none);
  const chosen = useChosen(people);
  const byKey = new Map(people.map((each) => [keyOf(each), each]));
  const columns = useColumns({ chosen, names: byKey });
  if (loaded.state === 'refused' && loaded.refusal.code === 'not_found') return <Empty>{words.list.noGroup}</Empty>;
  return (
    <Await loaded={loaded}>
      {({ isComplete }) => (
        <>
          {!isComplete && <p className="note warn">{words.list.groupInPart}</p>}
          <BulkActions chosen={chosen} isEmpty={people.length === 0} readAll={async () => people} onChanged={change} />
          <Table caption={words.list.heading} rows={people} keyOf={keyOf} empty={words.list.empty} columns={columns} />
        </>
      )}
    </Await>
  );
}

const none: readonly FoundPerson[] = [];

function useColumns({
  chosen,
  names,
}: {
  readonly chosen: Chosen;
  readonly names: Names;
}): readonly (Column<Person> | false)[] {
  const words = useTexts();
  const { list, ledger } = words;
  const { instant } = useFormats();
  const mayAssist = useMay('assist');
  return [
    mayAssist && {
      id: 'chosen',
      heading: list.choose,
      cell: (each: Person) => (
        <input
          type="checkbox"
          className="box"
          aria-label={`${list.choose}: ${nameIn(names, each)}`}
          checked={chosen.has(each)}
          onChange={() => chosen.toggle(each)}
        />
      ),
    },
    { ...toPersonColumn<Person>(list.name, names, (each) => each, true), id: 'name' },
    textColumn('connection', ledger.connection, ({ connection }) => connection),
    {
      id: 'status',
      heading: list.status,
      value: ({ status, lockedUntil }) => words.statuses[lockedUntil === null ? status : 'locked'],
      cell: ({ status, lockedUntil }) => (
        <>
          {words.statuses[status]}
          {lockedUntil !== null && <span className="line outcome refused">{words.statuses.locked}</span>}
        </>
      ),
    },
    {
      id: 'since',
      heading: list.since,
      isInstant: true,
      value: ({ enrolledAt, endedAt }) => enrolledAt ?? endedAt,
      cell: ({ enrolledAt, endedAt }) => {
        const since = enrolledAt ?? endedAt;
        return since === null ? '–' : instant(since);
      },
    },
    {
      id: 'checked',
      heading: list.lastCheck,
      isWide: true,
      value: ({ lastCheckAt }) => lastCheckAt,
      cell: ({ lastCheckAt, lastCheck }) =>
        lastCheckAt === null || lastCheck === null ? (
          list.never
        ) : (
          <>
            {instant(lastCheckAt)} <span className={`outcome ${lastCheck}`}>{ledger.outcomes[lastCheck]}</span>
          </>
        ),
    },
  ];
}
