import { Button } from 'react-aria-components/Button';
import { useActing, useAction, usePages } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { addressFor } from '../../ledger/names.js';
import { ActForm, Choice } from '../../parts/form.js';
import { Problem, QuietButton, Section } from '../../parts/state.js';
import { PagedTable } from '../../parts/table.js';
import { useNames } from './person.js';
import { type HelpRequest, listHelpRequests, settleHelpRequest, settlements, takeHelpRequest } from './requests.js';
import { useTexts } from './texts.js';

const openFirst = (rows: readonly HelpRequest[]): readonly HelpRequest[] =>
  rows.toSorted((one, other) => Number(one.takenBy !== null) - Number(other.takenBy !== null));

export function Queue() {
  const words = useTexts();
  const { call, session } = useActing();
  const { instant } = useFormats();
  const paged = usePages(listHelpRequests, ({ requests }) => requests);
  const nameOf = useNames(paged.rows);
  const { refusal, run } = useAction();
  const { queue } = words;
  const { columns } = queue;
  const take = (id: string): void => void run(() => call(takeHelpRequest(id)).finally(paged.reload));
  return (
    <Section heading={queue.heading} intro={queue.intro}>
      <p>
        <QuietButton onPress={paged.reload}>{queue.refresh}</QuietButton>
      </p>
      {refusal !== null && <Problem refusal={refusal} />}
      <PagedTable
        paged={{ ...paged, rows: openFirst(paged.rows) }}
        caption={queue.heading}
        keyOf={({ id }) => id}
        empty={queue.none}
        headings={columns}
        columns={[
          { id: 'person', isRowHeading: true, cell: (row) => <bdi>{nameOf(row)}</bdi> },
          { id: 'connection', cell: ({ connection }) => <bdi>{connection}</bdi> },
          { id: 'reason', cell: ({ reason }) => queue.reasons[reason] },
          { id: 'note', cell: ({ note }) => (note === '' ? queue.noNote : <bdi>{note}</bdi>) },
          { id: 'at', cell: ({ at }) => instant(at) },
          {
            id: 'actions',
            cell: (row) =>
              row.takenBy === null ? (
                <Button
                  className="button quiet"
                  aria-label={`${queue.take}: ${nameOf(row)}`}
                  onPress={() => take(row.id)}
                >
                  {queue.take}
                </Button>
              ) : row.takenBy === session.name ? (
                <Taken request={row} name={nameOf(row)} onSettled={paged.reload} />
              ) : (
                queue.takenBy({ name: row.takenBy })
              ),
          },
        ]}
      />
    </Section>
  );
}

function Taken({
  request,
  name,
  onSettled,
}: {
  readonly request: HelpRequest;
  readonly name: string;
  readonly onSettled: () => void;
}) {
  const { queue, parts } = useTexts();
  const { call } = useActing();
  const { settle } = queue;
  return (
    <>
      <div className="actions">
        <Link to={addressFor('/help-desk', request)}>{parts.calls}</Link>
        <Link to={addressFor('/help-desk/bypass-codes', request)}>{parts.codes}</Link>
      </div>
      <ActForm
        submit={settle.submit}
        onSubmit={(fields) => call(settleHelpRequest(request.id, String(fields.get('settlement')))).then(onSettled)}
      >
        <Choice
          name="settlement"
          label={settle.by({ name })}
          hint={settle.hint}
          options={settlements.map((value) => ({ value, label: settle.ways[value] }))}
        />
      </ActForm>
    </>
  );
}
