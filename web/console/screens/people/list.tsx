import { usePages } from '../../frame/acting.js';
import { addressOf, goTo } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { ConnectionChoice } from '../../ledger/connection-choice.js';
import { toPersonColumn, useNames } from '../../ledger/names.js';
import { type Filter, keyOf, listPeople, type Person, statuses } from '../../ledger/requests.js';
import { ActForm, Choice } from '../../parts/form.js';
import { PagedTable } from '../../parts/table.js';
import type { PeopleWords } from './messages/people-words.js';

const levels = ['1', '2', '3', '4', '5', '6', '7', '8'] as const;

const spans = ['within-7', 'within-30', 'over-90', 'over-365'] as const;

const hourMs = 3_600_000;

/** By the hour, so that requests stay equal for a while. */
const daysAgo = (days: number): string =>
  new Date((Math.floor(Date.now() / hourMs) - days * 24) * hourMs).toISOString();

function toBounds(span: string | null): { readonly since?: string; readonly before?: string } {
  const [kind, days] = span?.split('-') ?? [];
  if (kind === 'within') return { since: daysAgo(Number(days)) };
  return kind === 'over' ? { before: daysAgo(Number(days)) } : {};
}

function toFilter(given: URLSearchParams): Filter {
  const level = given.get('level');
  const checked = toBounds(given.get('checked'));
  return {
    connection: given.get('connection') ?? undefined,
    status: given.get('status') ?? undefined,
    level: level === null ? undefined : Number(level),
    ...toBounds(given.get('age')),
    checkedSince: checked.since,
    checkedBefore: checked.before,
  };
}

/** List of enrolled users, with filters kept in the address. */
export function List({ given, words }: { readonly given: URLSearchParams; readonly words: PeopleWords }) {
  const { list, ledger } = words;
  const { instant, number } = useFormats();
  const filter = toFilter(given);
  const paged = usePages(
    (cursor) => listPeople(filter, cursor),
    (reply) => ({ rows: reply.people, cursor: reply.cursor }),
  );
  const names = useNames(paged.rows);
  const any = { value: '', label: ledger.any };
  const chosen = (name: string): string => given.get(name) ?? '';
  return (
    <section>
      <h2>{list.heading}</h2>
      <details open={given.size > 0}>
        <summary>{ledger.filter}</summary>
        <ActForm key={`${given}`} submit={ledger.show} onSubmit={async (fields) => goTo(addressOf('/people', fields))}>
          <div className="filters">
            <ConnectionChoice label={ledger.connection} anyLabel={ledger.any} initial={chosen('connection')} />
            <Choice
              name="status"
              label={list.status}
              options={statuses.map((value) => ({ value, label: words.statuses[value] }))}
              initial={statuses.find((each) => each === given.get('status')) ?? 'enrolled'}
            />
            <Choice
              name="level"
              label={list.level}
              options={[any, ...levels.map((value) => ({ value, label: number(Number(value)) }))]}
              initial={chosen('level')}
            />
            <Choice
              name="age"
              label={list.age}
              options={[any, ...spans.map((value) => ({ value, label: list.spans[value] }))]}
              initial={chosen('age')}
            />
            <Choice
              name="checked"
              label={list.lastCheck}
              options={[any, ...spans.map((value) => ({ value, label: list.spans[value] }))]}
              initial={chosen('checked')}
            />
          </div>
        </ActForm>
      </details>
      <PagedTable
        caption={list.heading}
        paged={paged}
        keyOf={keyOf}
        empty={list.empty}
        csv="people"
        columns={[
          toPersonColumn<Person>(list.name, names, (each) => each, true),
          {
            id: 'connection',
            heading: ledger.connection,
            value: ({ connection }) => connection,
            cell: ({ connection }) => <bdi>{connection}</bdi>,
          },
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
            id: 'level',
            heading: list.level,
            isNumber: true,
            value: ({ level }) => level,
            cell: ({ level }) => (level === null ? '–' : number(level)),
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
        ]}
      />
    </section>
  );
}
