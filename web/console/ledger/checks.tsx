import type { Texts as LedgerWords } from '../../../locales/compiled/console/ledger/texts.js';
import { type Paged, useMay } from '../frame/acting.js';
import { useFormats } from '../frame/words.js';
import { ExportLog } from '../parts/export-csv.js';
import { Facts } from '../parts/server-text.js';
import { type Column, PagedTable, textColumn, timeColumn } from '../parts/table.js';
import { nameIn, toPersonColumn, useNames } from './names.js';
import { type Check, type Filter, type Line, whoOf } from './requests.js';
import { actionText, detailText, isRule, reasonText } from './told.js';

/** Omits the failed signals of a liveness check, which belong to the details. */
const detailsOf = ({ action, reasons }: Line, words: LedgerWords): string =>
  action === 'liveness_judged' ? '' : reasons.map((reason) => detailText(action, reason, words)).join(', ');

function whyOf(line: Line, words: LedgerWords): string {
  const { code, reasons } = line;
  if (code === null) return detailsOf(line, words);
  const rules = detailsOf({ ...line, reasons: reasons.filter(isRule) }, words);
  return [reasonText(code, words), rules].join(' ').trim();
}

/**
 * Lists checks and other events, one row each. A row opens to show its events and ids.
 * @param filter - filter of the list of all people, which can be exported; `null` if the list is about one person
 */
export function Checks({
  paged,
  caption,
  empty,
  filter,
  words,
}: {
  readonly paged: Paged<Check>;
  readonly caption: string;
  readonly empty: string;
  readonly filter: Filter | null;
  readonly words: LedgerWords;
}) {
  const { columns } = words;
  const ofAll = filter !== null;
  const { instant, number } = useFormats();
  const names = useNames(ofAll ? paged.rows.flatMap((check) => whoOf(check) ?? []) : []);
  const toOptional = (id: 'connection' | 'network' | 'requestId'): Column<Line> => ({
    ...textColumn(id, columns[id], (check: Line) => check[id]),
    isHidden: true,
  });
  const applicationOf = ({ application, hook }: Line): string | null =>
    application ?? (hook === null ? null : words.hook({ name: hook }));
  const all: readonly Column<Line>[] = [
    timeColumn(columns.time, instant),
    ...(ofAll ? [toPersonColumn(columns.person, names, whoOf)] : []),
    textColumn('application', columns.application, applicationOf),
    {
      id: 'result',
      heading: columns.result,
      value: (check) => actionText(check, words),
      cell: (check) => <span className={`outcome ${check.outcome}`}>{actionText(check, words)}</span>,
    },
    { ...textColumn('why', columns.why, (check: Line) => whyOf(check, words)), isWide: true },
    {
      id: 'seconds',
      heading: columns.seconds,
      isNumber: true,
      isHidden: true,
      value: ({ seconds }) => seconds,
      cell: ({ seconds }) => (seconds === null ? '–' : number(seconds)),
    },
    ...(ofAll ? [toOptional('connection'), toOptional('network')] : []),
    toOptional('requestId'),
  ];
  return (
    <PagedTable
      caption={caption}
      empty={empty}
      paged={paged}
      columns={all}
      keyOf={({ id }) => id}
      tools={filter === null ? null : <ExportLog filter={filter} columns={all} />}
      detail={{
        labelOf(check) {
          const who = whoOf(check);
          const name = who === null || !ofAll ? '' : ` ${nameIn(names, who)}`;
          return `${actionText(check, words)}${name}, ${instant(check.time)}`;
        },
        show: (check) => <Events check={check} words={words} />,
      }}
    />
  );
}

/** Shows the events of a check. Only auditors see codes and signals. */
function Events({ check, words }: { readonly check: Check; readonly words: LedgerWords }) {
  const { second } = useFormats();
  const isAuditor = useMay('audit');
  const { columns } = words;
  const requests = [...new Set(check.events.flatMap(({ requestId }) => requestId ?? []))];
  return (
    <>
      <ol className="events">
        {check.events.map((event) => {
          const { id, time, action, code, reasons, by } = event;
          const details = detailsOf(event, words);
          return (
            <li key={id}>
              <span className="soft">{second(time)}</span>
              <span>
                <strong>{actionText(event, words)}</strong>
                {code !== null && (
                  <span className="line">
                    {reasonText(code, words)} {isAuditor && <code>{code}</code>}
                  </span>
                )}
                {details !== '' && <bdi className="line fine soft">{details}</bdi>}
                {action === 'liveness_judged' && isAuditor && reasons.length > 0 && (
                  <bdi className="line fine soft">{words.found({ names: reasons.join(', ') })}</bdi>
                )}
                {by !== null && <span className="line fine soft">{words.by({ name: by })}</span>}
              </span>
            </li>
          );
        })}
      </ol>
      <Facts
        rows={[
          [columns.connection, check.connection],
          [columns.stepUpId, check.events.find((event) => event.stepUpId !== null)?.stepUpId ?? null],
          [columns.requestId, requests.length === 0 ? null : requests.join(', ')],
          [columns.network, isAuditor ? check.network : null],
        ]}
      />
    </>
  );
}
